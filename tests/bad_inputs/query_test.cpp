// Row 40: questions with limits, places and filters that make no sense, or are an attack on what
// might stand behind them.
#include <gtest/gtest.h>

#include "bad_inputs/table.h"

namespace mooring::bad_inputs {
namespace {

TEST(BadInputs, Row40LimitsOfLists) {
  const char* const lists[] = {"/api/v1/models/quote/verdicts", "/api/v1/incidents",
                               "/api/v1/changes", "/api/v1/journal", "/api/v1/reviews"};
  std::vector<Row> rows;
  for (const std::string list : lists) {
    for (const char* limit : {"-1", "0", "1000000000", "18446744073709551617", "1e3", "1;drop",
                              "0x10", "%2B5", "5%20", "%D9%A5"}) {
      rows.push_back(
          {"40", "a limit", Get(list + "?limit=" + limit), 400, "limit is not a number"});
    }
  }
  RunRows(rows);
}

TEST(BadInputs, Row40PlacesInTheJournalThatAreForged) {
  std::vector<Row> rows;
  for (const char* place : {"x", "1", "1:", ":1", "-1:0", "1:-1", "1:2:3", "1:2x",
                            "99999999999999999999:0", "..%2F..:0", "1%00:0"}) {
    rows.push_back({"40", "a place", Get(std::string("/api/v1/journal?from=") + place), 400, ""});
  }
  RunRows(rows);
}

}  // namespace
}  // namespace mooring::bad_inputs
