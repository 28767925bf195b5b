// CSV in and out: RFC 4180, typed by a schema, strict: what is not certainly meant is refused with
// "name:line:column".
//
//   ASSIGN_OR_RETURN(CsvReader reader, CsvReader::Open(text, schema, {.name = "flights.csv"}));
//   for (;;) {
//     Batch batch(schema);
//     ASSIGN_OR_RETURN(const std::size_t rows, reader.Read(batch, 10'000));
//     if (rows == 0) break;
//   }
//
// Accepted: a header with every column of the schema, in any order; fields quoted or not; line ends
// LF or CRLF, also mixed; a UTF-8 byte order mark (skipped); blank lines at the end. An unquoted
// empty field is null, a quoted one the empty text. Numbers in C notation without spaces or plus
// sign, also nan and inf in float columns; bools true/false/True/False/TRUE/FALSE/1/0; timestamps
// RFC 3339. Refused: unknown and doubled columns, another number of fields, a null where the schema
// has none, quotes inside unquoted fields, lone carriage returns, NUL, anything that is not UTF-8,
// blank lines in between, and what is over limits::kCsvLineBytes, kColumns or kStringBytes.
//
// Thread safety: none. Ownership: the text (a request, a mapped file) must outlive the reader.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "data/table/batch.h"
#include "data/table/csv_scanner.h"

namespace mooring::data {

struct CsvOptions {
  std::string name = "csv";   // for error messages
  char delimiter = ',';       // not a quote or line end
  bool skip_unknown = false;  // columns that the schema lacks are passed over, not refused
};

class CsvReader {
 public:
  static Result<CsvReader> Open(std::string_view text, std::shared_ptr<const Schema> schema,
                                const CsvOptions& options);
  // Appends up to `most` rows to a batch of the reader's schema; 0 at the end. After an error the
  // batch holds the whole rows before it.
  Result<std::size_t> Read(Batch& batch, std::size_t most);

 private:
  CsvReader(CsvScanner scanner, std::shared_ptr<const Schema> schema)
      : scanner_(std::move(scanner)), schema_(std::move(schema)) {}
  Status ReadHeader(const CsvOptions& options);
  Status AppendRecord(Batch& batch);

  CsvScanner scanner_;
  std::shared_ptr<const Schema> schema_;
  std::vector<std::size_t> places_;  // of each field in the schema; its size for fields passed over
  std::string scratch_;
};

// The whole text as one batch of at most `most_rows` rows (kTooLarge beyond).
Result<Batch> ParseCsv(std::string_view text, std::shared_ptr<const Schema> schema,
                       const CsvOptions& options, std::size_t most_rows);

// The types that fit all of the first `sample_rows` rows: int64, float64, bool (true/false only),
// timestamp, else category when values repeat (at most 256, and at most half of the rows), else
// string. Whole numbers with leading zeros are text. Only columns with empty fields in the sample
// are nullable.
Result<Schema> InferCsvSchema(std::string_view text, const CsvOptions& options,
                              std::size_t sample_rows = 100'000);

struct CsvStyle {
  char delimiter = ',';
  bool header = true;
  // Puts ' before text that a spreadsheet would run as a formula (=, +, -, @, tab, carriage return
  // first). For people's spreadsheets; the text does not come back as it was.
  bool neutralise_formulas = false;
};
// Appends the rows; numbers are the shortest text that reads back the same.
void WriteCsv(const Batch& batch, const CsvStyle& style, std::string& out);

}  // namespace mooring::data
