// Rows 18 to 25: bytes that are no clear HTTP/1.1 request.
#include <gtest/gtest.h>
#include <zlib.h>

#include <thread>

#include "bad_inputs/table.h"

namespace mooring::bad_inputs {
namespace {

constexpr char kDecide[] = "/api/v1/models/quote/decide";
constexpr char kMlflow[] = "/serving-endpoints/quote/invocations";
constexpr char kInfer[] = "/v2/models/quote/infer";
const std::string kGood = R"({"inputs":{"price":1,"age":3}})";
const std::string kTensors =
    R"({"inputs":[{"name":"price","shape":[1],"datatype":"FP64","data":[1]},)"
    R"({"name":"age","shape":[1],"datatype":"INT32","data":[1]}]})";

std::string Gzip(std::string_view text) {
  z_stream z{};
  EXPECT_EQ(deflateInit2(&z, Z_BEST_COMPRESSION, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
  std::string packed(deflateBound(&z, text.size()) + 32, '\0');
  z.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  z.avail_in = static_cast<uInt>(text.size());
  z.next_out = reinterpret_cast<Bytef*>(packed.data());
  z.avail_out = static_cast<uInt>(packed.size());
  EXPECT_EQ(deflate(&z, Z_FINISH), Z_STREAM_END);
  packed.erase(z.total_out);
  deflateEnd(&z);
  return packed;
}

// 10 MB that unpack to about 10 GB, or a tenth of both, without ever holding what is unpacked.
std::string GzipBomb(std::size_t packed_bytes) {
  z_stream z{};
  EXPECT_EQ(deflateInit2(&z, Z_BEST_SPEED, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
  std::string blanks(limits::kMiB, ' '), packed(packed_bytes, '\0');
  z.next_out = reinterpret_cast<Bytef*>(packed.data());
  z.avail_out = static_cast<uInt>(packed.size());
  while (z.avail_out > 0) {
    z.next_in = reinterpret_cast<Bytef*>(blanks.data());
    z.avail_in = static_cast<uInt>(blanks.size());
    deflate(&z, Z_NO_FLUSH);
  }
  deflateEnd(&z);
  return packed;
}

std::string Typed(const char* target, const std::string& type, const std::string& body) {
  return Post(target, body, "Content-Type: " + type + "\r\n");
}
std::string Coded(const std::string& coding, const std::string& body) {
  return Post(kDecide, body, "Content-Encoding: " + coding + "\r\n");
}

TEST(BadInputs, Row18ContentTypes) {
  std::string untyped = Post(kDecide, kGood);
  untyped.erase(untyped.find("Content-Type"),
                std::string("Content-Type: application/json\r\n").size());
  std::string untyped_mlflow = untyped;
  untyped_mlflow.replace(untyped_mlflow.find(kDecide), sizeof kDecide - 1, kMlflow);
  RunRows({
      {"18", "text/plain", Typed(kDecide, "text/plain", kGood), 415, "application/json"},
      {"18", "a form's type", Typed(kDecide, "application/x-www-form-urlencoded", kGood), 415,
       "application/json"},
      {"18", "charset cp1251", Typed(kDecide, "application/json; charset=cp1251", kGood), 415,
       "UTF-8"},
      {"18", "charset UTF-16", Typed(kDecide, "application/json; charset=\"utf-16\"", kGood), 415,
       "UTF-8"},
      {"18", "charset UTF-8, in capitals", Typed(kDecide, "Application/JSON; Charset=UTF-8", kGood),
       200, "admit"},
      {"18", "none: taken for JSON", untyped, 200, "admit"},
      {"18", "Open Inference: XML", Typed(kInfer, "application/xml", kTensors), 415,
       "application/json"},
      {"18", "Open Inference: cp1251", Typed(kInfer, "application/json;charset=cp1251", kTensors),
       415, "UTF-8"},
      {"18", "MLflow: XML", Typed(kMlflow, "application/xml", "<a/>"), 415, "content types"},
      {"18", "MLflow: none", untyped_mlflow, 415, "content types"},
      {"18", "MLflow: CSV in cp1251", Typed(kMlflow, "text/csv; charset=cp1251", "price\n1\n"), 415,
       "UTF-8"},
      {"18", "outcomes: XML", Typed("/api/v1/outcomes", "application/xml", "<a/>"), 415,
       "application/json"},
  });
}

TEST(BadInputs, Row18ContentEncodings) {
  std::string wrong_sum = Gzip(kGood);
  wrong_sum[wrong_sum.size() - 6] ^= 1;
  std::string cut = Gzip(kGood);
  cut.resize(cut.size() / 2);
  const std::size_t bomb = LongTests() ? 10 * limits::kMiB : limits::kMiB;
  RunRows({
      {"18", "gzip", Coded("gzip", Gzip(kGood)), 200, "admit"},
      {"18", "brotli", Coded("br", kGood), 415, "gzip", After::kClosed},
      {"18", "two codings", Coded("gzip, gzip", Gzip(Gzip(kGood))), 415, "gzip", After::kClosed},
      {"18", "gzip inside gzip", Coded("gzip", Gzip(Gzip(kGood))), 400, "body:1:1"},
      {"18", "no gzip at all", Coded("gzip", kGood), 400, "gzip", After::kClosed},
      {"18", "a gzip with a wrong sum", Coded("gzip", wrong_sum), 400, "gzip", After::kClosed},
      {"18", "a gzip cut short", Coded("gzip", cut), 400, "gzip", After::kClosed},
      {"18", "bytes behind the gzip", Coded("gzip", Gzip(kGood) + "x"), 400, "follow",
       After::kClosed},
      {"18", "a gzip that unpacks to a thousand times its size", Coded("gzip", GzipBomb(bomb)), 413,
       "unpacks", After::kClosed},
  });
}

TEST(BadInputs, Row19Headers) {
  const auto with = [](const std::string& lines) { return Get("/live", lines); };
  std::string many;
  for (int i = 0; i < 10'000; ++i) many += "X-" + std::to_string(i) + ": 1\r\n";
  std::string over;
  for (int i = 0; i < 129; ++i) over += "X: 1\r\n";
  RunRows({
      {"19", "a header of 1 MB", with("X: " + std::string(1'000'000, 'x') + "\r\n"), 431, "header",
       After::kClosed},
      {"19", "a header's name of 1 MB", with(std::string(1'000'000, 'x') + ": 1\r\n"), 431,
       "header", After::kClosed},
      {"19", "10,000 headers", with(many), 431, "header", After::kClosed},
      {"19", "129 short headers", with(over), 431, "header", After::kClosed},
      {"19", "a lone CR in a value", with("X: a\rb\r\n"), 400, "", After::kClosed},
      {"19", "a lone LF in a value", with("X: a\nY\r\n"), 400, "", After::kClosed},
      {"19", "a NUL in a value", with(std::string("X: a\0b\r\n", 8)), 400, "", After::kClosed},
      {"19", "a NUL in a name", with(std::string("X\0: a\r\n", 7)), 400, "", After::kClosed},
      {"19", "a folded line", with("X: a\r\n b\r\n"), 400, "folded", After::kClosed},
      {"19", "a first line that is folded", with(" X: a\r\n"), 400, "folded", After::kClosed},
      {"19", "a line without a colon", with("X\r\n"), 400, "", After::kClosed},
      {"19", "an empty name", with(": a\r\n"), 400, "", After::kClosed},
  });
}

TEST(BadInputs, Row20TwoReadersCouldDisagree) {
  const std::string start = std::string("POST ") + kDecide + " HTTP/1.1\r\nHost: localhost\r\n";
  const std::string length = "Content-Length: 30\r\n", chunked = "Transfer-Encoding: chunked\r\n";
  const std::string smuggled = "0\r\n\r\n" + Get("/never");
  RunRows({
      {"20", "both lengths", start + length + chunked + "\r\n" + smuggled, 400, "", After::kClosed},
      {"20", "both, the other way round", start + chunked + length + "\r\n" + smuggled, 400, "",
       After::kClosed},
      {"20", "two equal lengths", start + length + length + "\r\n" + kGood, 400, "",
       After::kClosed},
      {"20", "two lengths", start + length + "Content-Length: 5\r\n\r\n" + kGood, 400, "",
       After::kClosed},
      {"20", "two lengths in one", start + "Content-Length: 30, 30\r\n\r\n" + kGood, 400, "",
       After::kClosed},
      {"20", "a length with a sign", start + "Content-Length: +30\r\n\r\n" + kGood, 400, "",
       After::kClosed},
      {"20", "a negative length", start + "Content-Length: -1\r\n\r\n", 400, "", After::kClosed},
      {"20", "a length in hexadecimal", start + "Content-Length: 0x1e\r\n\r\n" + kGood, 400, "",
       After::kClosed},
      {"20", "an empty length", start + "Content-Length: \r\n\r\n" + kGood, 400, "",
       After::kClosed},
      {"20", "chunked, identity", start + "Transfer-Encoding: chunked, identity\r\n\r\n" + smuggled,
       400, "", After::kClosed},
      {"20", "gzip, chunked", start + "Transfer-Encoding: gzip, chunked\r\n\r\n" + smuggled, 400,
       "", After::kClosed},
      {"20", "identity", start + "Transfer-Encoding: identity\r\n\r\n" + smuggled, 400, "",
       After::kClosed},
      {"20", "chunked twice", start + chunked + chunked + "\r\n" + smuggled, 400, "",
       After::kClosed},
      {"20", "xchunked", start + "Transfer-Encoding: xchunked\r\n\r\n" + smuggled, 400, "",
       After::kClosed},
      {"20", "a blank before the colon", start + "Transfer-Encoding : chunked\r\n\r\n" + smuggled,
       400, "", After::kClosed},
      {"20", "chunked in HTTP/1.0",
       "POST / HTTP/1.0\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n" + smuggled, 400,
       "", After::kClosed},
  });
}

TEST(BadInputs, Row20ChunksThatAreNone) {
  const auto chunk = [](const std::string& bytes) {
    return std::string("POST ") + kDecide +
           " HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n" + bytes;
  };
  RunRows({
      {"20", "a chunk of -1", chunk("-1\r\nx\r\n0\r\n\r\n"), 400, "chunk", After::kClosed},
      {"20", "a chunk of 0x10", chunk("0x10\r\n0123456789abcdef\r\n0\r\n\r\n"), 400, "chunk",
       After::kClosed},
      {"20", "a chunk of 2^64", chunk("10000000000000000\r\nx\r\n0\r\n\r\n"), 400, "",
       After::kClosed},
      {"20", "a chunk of 2^64 - 1", chunk("ffffffffffffffff\r\nx\r\n0\r\n\r\n"), 413, "",
       After::kClosed},
      {"20", "a chunk without a size", chunk("\r\nx\r\n0\r\n\r\n"), 400, "chunk", After::kClosed},
      {"20", "a chunk that ends in LF", chunk("1\nx\n0\n\n"), 400, "chunk", After::kClosed},
      {"20", "chunk extensions of 1 MB",
       chunk("1;x=" + std::string(1'000'000, 'a') + "\r\n \r\n0\r\n\r\n"), 400, "chunk",
       After::kClosed},
      {"20", "trailers of 1 MB",
       chunk("1\r\n \r\n0\r\nX: " + std::string(1'000'000, 'a') + "\r\n\r\n"), 400, "chunk",
       After::kClosed},
  });
}

TEST(BadInputs, Row21VersionsAndVerbs) {
  const auto verb = [](const std::string& name) {
    return name + " /live HTTP/1.1\r\nHost: localhost\r\n\r\n";
  };
  RunRows({
      {"21", "HTTP/0.9", "GET /live\r\n\r\n", 400, "HTTP", After::kClosed},
      {"21", "HTTP/3.7", "GET /live HTTP/3.7\r\nHost: localhost\r\n\r\n", 400, "", After::kClosed},
      {"21", "HTTP/1.2", "GET /live HTTP/1.2\r\nHost: localhost\r\n\r\n", 400, "", After::kClosed},
      {"21", "HTTP/2's preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400, "", After::kClosed},
      {"21", "TLS on a plain port", std::string("\x16\x03\x01\0\xA5\x01\0\0\xA1", 9) + "\r\n\r\n",
       400, "", After::kClosed},
      {"21", "no verb", " /live HTTP/1.1\r\nHost: localhost\r\n\r\n", 400, "", After::kClosed},
      {"21", "an unknown verb", verb("BREW"), 501, "method", After::kClosed},
      {"21", "a verb in lower case", verb("get"), 501, "method", After::kClosed},
      {"21", "a known verb that nothing takes", verb("DELETE"), 405, "method"},
      {"21", "CONNECT", "CONNECT localhost:80 HTTP/1.1\r\nHost: localhost\r\n\r\n", 405, "method",
       After::kClosed},
      {"21", "TRACE", verb("TRACE"), 405, "method", After::kClosed},
      {"21", "GET with a body, which is passed over",
       Get("/live", "Content-Length: 30\r\n") + kGood, 200, ""},
      {"21", "an absolute URI", "GET http://localhost/live HTTP/1.1\r\nHost: localhost\r\n\r\n",
       200, ""},
      {"21", "an absolute URI of another host",
       "GET http://evil.example/live HTTP/1.1\r\nHost: localhost\r\n\r\n", 421, "Host",
       After::kClosed},
      {"21", "another scheme", "GET file:///etc/passwd HTTP/1.1\r\nHost: localhost\r\n\r\n", 400,
       "target", After::kClosed},
      {"21", "an asterisk", "GET * HTTP/1.1\r\nHost: localhost\r\n\r\n", 400, "", After::kClosed},
  });
}

TEST(BadInputs, Row22Targets) {
  RunRows({
      {"22", "1 MB", Get("/" + std::string(1'000'000, 'a')), 414, "line", After::kClosed},
      {"22", "1 MB of query", Get("/live?" + std::string(1'000'000, 'a')), 414, "line",
       After::kClosed},
      {"22", "%00", Get("/live%00"), 400, "control", After::kClosed},
      {"22", "%zz", Get("/live%zz"), 400, "percent", After::kClosed},
      {"22", "% at the end", Get("/live%"), 400, "percent", After::kClosed},
      {"22", "..", Get("/api/../live"), 400, "'..'", After::kClosed},
      {"22", ".. in percents", Get("/api/%2e%2e/live"), 400, "'..'", After::kClosed},
      {"22", "a slash in percents", Get("/..%2f..%2fetc%2fpasswd"), 400, "slash", After::kClosed},
      {"22", "percents of percents: only a name", Get("/api/v1/models/%252e%252e"), 400, "name"},
      {"22", "..;/", Get("/api/..;/live"), 400, "'..'", After::kClosed},
      {"22", "//", Get("//live"), 400, "empty", After::kClosed},
      {"22", "a backslash", Get("/api\\..\\live"), 400, "", After::kClosed},
      {"22", "a fragment", Get("/live#top"), 400, "", After::kClosed},
      {"22", "another case: another path", Get("/LIVE"), 404, "path"},
      {"22", "a slash behind", Get("/live/"), 404, "path"},
      {"22", "a file of the server's", Get("/etc/passwd"), 404, "path"},
      {"22", "its own registry", Get("/registry.db"), 404, "path"},
      {"22", "bytes beyond ASCII", Get("/\xD0\xB0"), 400, "", After::kClosed},
  });
}

TEST(BadInputs, Row23PipelinedRequestsKeepTheirOrder) {
  Aftermath aftermath;
  const int count = LongTests() ? 10'000 : 3'000;
  api::SocketClient client(LiveServer::Get().port());
  std::jthread sender([&] {
    for (int i = 0; i < count; ++i) {
      client.Send(Decide(kGood.substr(0, kGood.size() - 1) + R"(,"request_id":"p)" +
                         std::to_string(i) + "\"}"));
    }
  });
  const std::string answers = client.ReadUntil("]}", static_cast<std::size_t>(count));
  std::size_t at = 0;
  for (int i = 0; i < count; ++i) {
    at = answers.find("\"request_id\":\"p" + std::to_string(i) + "\"", at);
    ASSERT_NE(at, std::string::npos) << "answer " << i << " is missing or out of order";
  }
  aftermath.Acknowledged(answers);
  aftermath.Check();
}

TEST(BadInputs, Row23RequestsInPiecesDoNotMix) {
  Aftermath aftermath;
  const std::string request = Decide(kGood);
  std::vector<std::unique_ptr<api::SocketClient>> clients;
  for (int i = 0; i < 8; ++i) {
    clients.push_back(std::make_unique<api::SocketClient>(LiveServer::Get().port()));
  }
  for (const char byte : request) {
    for (const auto& client : clients) client->Send(std::string_view(&byte, 1));
  }
  for (const auto& client : clients) {
    std::string got = client->ReadAnswer();
    const Answer answer = TakeAnswer(got);
    EXPECT_EQ(answer.status, 200) << answer.body;
    aftermath.Acknowledged(answer);
  }
  aftermath.Check();
}

TEST(BadInputs, Row24Hosts) {
  const auto host = [](const std::string& lines) {
    return "GET /live HTTP/1.1\r\n" + lines + "\r\n";
  };
  RunRows({
      {"24", "none", host(""), 400, "Host", After::kClosed},
      {"24", "two", host("Host: localhost\r\nHost: localhost\r\n"), 400, "Host", After::kClosed},
      {"24", "an empty one", host("Host: \r\n"), 400, "Host", After::kClosed},
      {"24", "two in one", host("Host: localhost, evil.example\r\n"), 400, "Host", After::kClosed},
      {"24", "a foreign one", host("Host: evil.example\r\n"), 421, "allowed_hosts", After::kClosed},
      {"24", "ours inside of a foreign one", host("Host: localhost.evil.example\r\n"), 421,
       "allowed_hosts", After::kClosed},
      {"24", "one with a user", host("Host: localhost@evil.example\r\n"), 400, "Host",
       After::kClosed},
      {"24", "a port that is none", host("Host: localhost:x\r\n"), 400, "Host", After::kClosed},
      {"24", "the number of the loopback", host("Host: 2130706433\r\n"), 421, "allowed_hosts",
       After::kClosed},
      {"24", "a foreign one in the target, as HTTP/1.0 allows",
       "GET http://evil.example/live HTTP/1.0\r\n\r\n", 421, "allowed_hosts", After::kClosed},
      {"24", "ours, with a port", host("Host: LocalHost:8080\r\n"), 200, ""},
  });
}

TEST(BadInputs, Row25ForeignOriginsOnEveryVerb) {
  for (const char* verb : {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}) {
    for (const char* origin : {"http://evil.example", "null", "file://", "http://localhost.evil",
                               "chrome-extension://abc"}) {
      // What HEAD would say has no body.
      const bool head = std::string_view(verb) == "HEAD";
      RunRows({{"25", verb,
                std::string(verb) + " /live HTTP/1.1\r\nHost: localhost\r\nOrigin: " + origin +
                    "\r\nContent-Length: 2\r\n\r\n{}",
                403, head ? "" : "Origin", After::kClosed}});
    }
  }
}

}  // namespace
}  // namespace mooring::bad_inputs
