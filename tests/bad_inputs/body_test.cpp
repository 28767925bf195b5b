// Rows 1 to 6 and 17: bodies that are no request, or too much of one.
#include <gtest/gtest.h>

#include "bad_inputs/table.h"

namespace mooring::bad_inputs {
namespace {

constexpr char kMlflow[] = "/serving-endpoints/quote/invocations";
constexpr char kInfer[] = "/v2/models/quote/infer";
constexpr char kDecide[] = "/api/v1/models/quote/decide";

std::string Repeat(std::string_view piece, std::size_t times) {
  std::string all;
  all.reserve(piece.size() * times);
  for (std::size_t i = 0; i < times; ++i) all += piece;
  return all;
}

// {"inputs":[row,row,…]} with one other row at a place.
std::string Rows(std::size_t count, std::size_t place = 0, std::string_view other = "") {
  std::string body = "{\"inputs\":[";
  for (std::size_t i = 0; i < count; ++i) {
    body += i == 0 ? "" : ",";
    body += i == place && !other.empty() ? other : R"({"price":1,"age":3})";
  }
  return body + "]}";
}

TEST(BadInputs, Row01EmptyBodies) {
  RunRows({
      {"1", "no body", Decide(""), 400, "body:1:1"},
      {"1", "{}", Decide("{}"), 400, "the body has no rows"},
      {"1", "[]", Decide("[]"), 400, "object"},
      {"1", "null", Decide("null"), 400, "object"},
      {"1", "no row", Decide(R"({"inputs":[]})"), 400, "no rows"},
      {"1", "an empty row", Decide(R"({"inputs":{}})"), 400, "\"field\":\"price\""},
      {"1", "a row of null", Decide(R"({"inputs":null})"), 400, "inputs"},
      {"1", "MLflow: no body", Post(kMlflow, ""), 400, "BAD_REQUEST"},
      {"1", "MLflow: {}", Post(kMlflow, "{}"), 400, "dataframe_split"},
      {"1", "MLflow: []", Post(kMlflow, "[]"), 400, "BAD_REQUEST"},
      {"1", "MLflow: null", Post(kMlflow, "null"), 400, "BAD_REQUEST"},
      {"1", "Open Inference: no body", Post(kInfer, ""), 400, "body:1:1"},
      {"1", "Open Inference: {}", Post(kInfer, "{}"), 400, "inputs"},
      {"1", "Open Inference: []", Post(kInfer, "[]"), 400, "object"},
  });
}

TEST(BadInputs, Row02TruncatedAtEveryByte) {
  const std::pair<const char*, const char*> wholes[] = {
      {kDecide, R"({"inputs":[{"price":1.5,"age":2,"origin":"SVO","note":"\u00e9"}]})"},
      {kMlflow, R"({"dataframe_records":[{"price":1.5,"age":2}]})"},
      {kInfer, R"({"inputs":[{"name":"price","shape":[1],"datatype":"FP64","data":[1]},)"
               R"({"name":"age","shape":[1],"datatype":"INT32","data":[1]}]})"},
  };
  for (const auto& [target, text] : wholes) {
    const std::string whole = text;
    SCOPED_TRACE(std::string("row 2: cut short: ") + target);
    Aftermath aftermath;
    for (std::size_t size = 0; size < whole.size(); ++size) {
      const Answer answer = LiveServer::Get().Send(Post(target, whole.substr(0, size)));
      EXPECT_EQ(answer.status, 400) << size << " " << answer.body;
      ExpectStructured(answer);
    }
    const Answer answer = LiveServer::Get().Send(Post(target, whole));
    EXPECT_EQ(answer.status, 200) << answer.body;
    aftermath.Acknowledged(answer);
    // MLflow's answer names no decision: the row's own is told apart below.
    if (answer.body.find("predictions") == std::string::npos) aftermath.Check();
    LiveServer::Get().NewDecisions();
  }
}

TEST(BadInputs, Row03MoreThanOneDocument) {
  const std::string good = R"({"inputs":{"price":1,"age":3}})";
  RunRows({
      {"3", "garbage behind", Decide(good + " x"), 400, "follows"},
      {"3", "two documents", Decide(good + good), 400, "follows"},
      {"3", "a NUL behind", Decide(good + std::string(1, '\0')), 400, "follows"},
      {"3", "a byte order mark", Decide("\xEF\xBB\xBF" + good), 400, "byte order mark"},
      {"3", "a comment", Decide(R"({"inputs":{"price":1,/* x */"age":3}})"), 400, "body:1:22"},
      {"3", "a line comment", Decide("// x\n" + good), 400, "body:1:1"},
      {"3", "single quotes", Decide("{'inputs':{'price':1}}"), 400, "quotes"},
      {"3", "a comma too many", Decide(R"({"inputs":{"price":1,"age":3,}})"), 400, "body:1:"},
      {"3", "Python's True", Decide(R"({"inputs":{"price":1,"age":3,"signed":True}})"), 400,
       "body:1:"},
      {"3", "MLflow: garbage behind", Post(kMlflow, R"({"instances":[[1,2]]} x)"), 400,
       "BAD_REQUEST"},
      {"3", "Open Inference: garbage behind", Post(kInfer, R"({"inputs":[]}{})"), 400, "follows"},
  });
}

TEST(BadInputs, Row04DeepNesting) {
  const std::string deep(100'000, '[');
  RunRows({
      {"4", "arrays from the start", Decide(deep), 400, "object"},
      {"4", "arrays as a value", Price(deep), 400, "deep"},
      {"4", "objects as a value", Price(Repeat("{\"a\":", 100'000)), 400, "deep"},
      {"4", "an unknown key's value", Decide(R"({"inputs":{"z":)" + deep), 400, "deep"},
      {"4", "MLflow", Post(kMlflow, R"({"instances":)" + deep), 400, "deep"},
      {"4", "Open Inference", Post(kInfer, R"({"inputs":)" + deep), 400, "object"},
      {"4", "outcomes", Post("/api/v1/outcomes", R"({"outcomes":)" + deep), 400, ""},
      {"4", "a change of an alias",
       "PUT /api/v1/models/quote/aliases/champion HTTP/1.1\r\nHost: localhost\r\n"
       "Content-Length: 100000\r\n\r\n" +
           deep,
       400, "body:1:33"},
  });
}

// Sends pieces until the server has had enough or `most` bytes went out; its answer.
Answer SendUntilRefused(const std::string& head, const std::string& piece, std::size_t most) {
  api::SocketClient client(LiveServer::Get().port());
  client.Send(head);
  for (std::size_t sent = 0; sent < most; sent += piece.size()) {
    if (!client.Send(piece)) break;
    if (client.HasAnswer()) break;
  }
  std::string got = client.ReadAnswer();
  return TakeAnswer(got);
}

TEST(BadInputs, Row05HugeAndEndlessBodies) {
  const std::string head = std::string("POST ") + kDecide + " HTTP/1.1\r\nHost: localhost\r\n";
  const std::string chunked = head + "Transfer-Encoding: chunked\r\n\r\n";
  const std::string megabyte(limits::kMiB, ' ');
  struct Case {
    const char* input;
    std::string head, piece;
    std::size_t most;
    int status;
  };
  const Case cases[] = {
      {"1 GB as it says", head + "Content-Length: 1073741824\r\n\r\n", megabyte, limits::kGiB, 413},
      {"chunks without end", chunked, "100000\r\n" + megabyte + "\r\n", limits::kGiB, 413},
      {"a chunk of 1 GB", chunked + "40000000\r\n", megabyte, limits::kGiB, 413},
      {"a length beyond 64 bits", head + "Content-Length: 18446744073709551616\r\n\r\n", megabyte,
       limits::kMiB, 400},
  };
  for (const Case& one : cases) {
    SCOPED_TRACE(std::string("row 5: ") + one.input);
    Aftermath aftermath;
    const Answer answer = SendUntilRefused(one.head, one.piece, one.most);
    EXPECT_EQ(answer.status, one.status) << answer.body;
    ExpectStructured(answer);
    aftermath.Check();
  }
}

TEST(BadInputs, Row05ChunksOfOneByte) {
  Aftermath aftermath;
  const std::size_t count = LongTests() ? 10'000'000 : 300'000;
  constexpr std::size_t kAtOnce = 10'000;
  const std::string piece = Repeat("1\r\n \r\n", kAtOnce);
  api::SocketClient client(LiveServer::Get().port());
  client.Send(std::string("POST ") + kDecide +
              " HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n");
  for (std::size_t sent = 0; sent < count; sent += kAtOnce) ASSERT_TRUE(client.Send(piece));
  client.Send("0\r\n\r\n");
  std::string got = client.ReadAnswer();
  EXPECT_EQ(TakeAnswer(got).status, 400) << "a body of blanks";
  aftermath.Check();
}

TEST(BadInputs, Row05LengthsThatLie) {
  const std::string start = std::string("POST ") + kDecide + " HTTP/1.1\r\nHost: localhost\r\n";
  const std::string body = R"({"inputs":{"price":1,"age":3}})";
  RunRows({
      {"5", "shorter than the body: its rest is no request",
       start + "Content-Length: 10\r\n\r\n" + body, 400, "body:1:"},
      {"5", "longer than the body, and the client ends",
       start + "Content-Length: 1000\r\n\r\n" + body, 0, ""},
      {"5", "chunks without their end, and the client ends",
       start + "Transfer-Encoding: chunked\r\n\r\n5\r\n{\"inp", 0, ""},
      {"5", "a chunk longer than it says",
       start + "Transfer-Encoding: chunked\r\n\r\n5\r\n" + body + "\r\n0\r\n\r\n", 400, "chunks",
       After::kClosed},
      {"5", "no length at all: no body", start + "\r\n", 400, "body:1:1"},
  });
}

TEST(BadInputs, Row06DuplicateKeys) {
  RunRows({
      {"6", "a feature twice", Decide(R"({"inputs":{"price":1,"price":2,"age":3}})"), 400, "twice"},
      {"6", "a feature twice, equal", Decide(R"({"inputs":{"price":1,"age":3,"age":3}})"), 400,
       "twice"},
      {"6", "one of them escaped", Decide(R"({"inputs":{"price":1,"pr\u0069ce":2,"age":3}})"), 400,
       "twice"},
      {"6", "the rows twice", Decide(R"({"inputs":{"price":1,"age":3},"inputs":{}})"), 400,
       "twice"},
      {"6", "inputs and columns", Decide(R"({"inputs":{"price":1,"age":3},"columns":{}})"), 400,
       "twice"},
      {"6", "a column twice", Decide(R"({"columns":{"price":[1],"price":[2],"age":[3]}})"), 400,
       "twice"},
      {"6", "a request id twice",
       Decide(R"({"inputs":{"price":1,"age":3},"request_id":"a","request_id":"b"})"), 400, "twice"},
      {"6", "Open Inference: a tensor twice",
       Post(kInfer, R"({"inputs":[{"name":"price","shape":[1],"datatype":"FP64","data":[1]},)"
                    R"({"name":"price","shape":[1],"datatype":"FP64","data":[2]}]})"),
       400, "twice"},
      {"6", "Open Inference: data twice",
       Post(kInfer, R"({"inputs":[{"name":"price","shape":[1],"datatype":"FP64","data":[1],)"
                    R"("data":[2]}]})"),
       400, "twice"},
  });
}

TEST(BadInputs, Row17BatchesOfEverySize) {
  const std::string bad = R"({"price":"x","age":3})";
  RunRows({
      {"17", "one row", Decide(Rows(1)), 200, "\"verdict\":\"admit\""},
      {"17", "one bad row among 1,000: all are refused, the row is named",
       Decide(Rows(1000, 499, bad)), 400, "\"row\":499"},
      {"17", "1,000,001 rows", Decide("{\"inputs\":[" + Repeat("{},", 1'000'000) + "{}]}"), 400,
       "more rows than"},
      {"17", "1,000,000 rows in a column",
       Decide("{\"columns\":{\"price\":[" + Repeat("1,", 999'999) + "1]}}"), 400, "more rows than"},
      {"17", "columns of different lengths", Decide(R"({"columns":{"price":[1,2],"age":[3]}})"),
       400, "where others have 2"},
      {"17", "MLflow: rows of different width",
       Post(kMlflow, R"({"dataframe_split":{"columns":["price","age"],"data":[[1,2],[1]]}})"), 400,
       "BAD_REQUEST"},
      {"17", "Open Inference: a shape that lies",
       Post(kInfer, R"({"inputs":[{"name":"price","shape":[9],"datatype":"FP64","data":[1]}]})"),
       400, "shape"},
      {"17", "Open Inference: a shape whose product overflows",
       Post(kInfer, R"({"inputs":[{"name":"price","shape":[4294967296,4294967296],)"
                    R"("datatype":"FP64","data":[1]}]})"),
       400, "dimension"},
      {"17", "Open Inference: a negative shape",
       Post(kInfer, R"({"inputs":[{"name":"price","shape":[-1],"datatype":"FP64","data":[1]}]})"),
       400, "dimension"},
  });
}

TEST(BadInputs, Row17ManyGoodRowsAreAllRecorded) {
  RunRows({{"17", "10,000 rows", Decide(Rows(10'000)), 200, "\"verdict\":\"admit\""}});
}

}  // namespace
}  // namespace mooring::bad_inputs
