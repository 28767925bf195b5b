#include "api/http/request_parser.h"

#include "base/rng.h"

namespace mooring::api {
namespace {

struct Parsed {
  RequestParser::State state = RequestParser::State::kHead;
  int status = 0;
  std::vector<std::string> bodies;
  Message last;
};

// Feeds `bytes` in pieces of `piece` and collects whole requests.
Parsed Parse(const std::string& bytes, std::size_t piece, RequestParser::Limits limits = {}) {
  static const CallerRules rules("127.0.0.1", {});
  RequestParser parser(limits, rules);
  Parsed parsed;
  parser.Begin(parsed.last);
  std::string buffer;
  for (std::size_t at = 0; at < bytes.size(); at += piece) {
    buffer += bytes.substr(at, piece);
    for (;;) {
      const std::size_t used = parser.Feed(buffer);
      buffer.erase(0, used);
      parsed.state = parser.state();
      if (parsed.state == RequestParser::State::kRefused) {
        parsed.status = parsed.last.refused_status;
        return parsed;
      }
      if (parsed.state == RequestParser::State::kWhole) {
        parsed.bodies.push_back(parsed.last.body);
        if (buffer.empty() && at + piece >= bytes.size()) return parsed;
        parsed.last.Clear();
        parser.Begin(parsed.last);
      } else if (used == 0 || buffer.empty()) {
        break;
      }
    }
  }
  return parsed;
}

const std::string kHost = "Host: localhost\r\n";

TEST(RequestParser, ReadsARequestWhateverTheCuts) {
  const std::string bytes = "POST /v2/a%2Db?x=1 HTTP/1.1\r\n" + kHost +
                            "Content-Type: Application/JSON; charset=\"UTF-8\"\r\nX-One:  two \r\n"
                            "Content-Length: 7\r\n\r\n{\"a\":1}";
  for (const std::size_t piece : {1, 2, 3, 7, 50, 1000}) {
    const Parsed parsed = Parse(bytes, piece);
    ASSERT_EQ(parsed.state, RequestParser::State::kWhole) << piece;
    const Request& request = parsed.last.request;
    EXPECT_EQ(request.method, Method::kPost);
    EXPECT_EQ(request.path, "/v2/a-b");
    EXPECT_EQ(request.query, "x=1");
    EXPECT_EQ(request.body, "{\"a\":1}");
    EXPECT_EQ(request.content_type, "application/json");
    EXPECT_EQ(request.charset, "utf-8");
    EXPECT_EQ(request.Header("x-one"), "two");
    EXPECT_EQ(request.Header("absent"), "");
    EXPECT_TRUE(parsed.last.keep_alive);
  }
}

TEST(RequestParser, ReadsChunksWhateverTheCuts) {
  const std::string bytes = "POST / HTTP/1.1\r\n" + kHost +
                            "Transfer-Encoding: chunked\r\n\r\n"
                            "3\r\nabc\r\nA;x=y\r\n0123456789\r\n0\r\nHost: evil\r\n\r\n";
  for (const std::size_t piece : {1, 2, 5, 13, 1000}) {
    const Parsed parsed = Parse(bytes, piece);
    ASSERT_EQ(parsed.state, RequestParser::State::kWhole) << piece;
    EXPECT_EQ(parsed.last.body, "abc0123456789");
    EXPECT_EQ(parsed.last.request.Header("host"), "localhost");
  }
}

TEST(RequestParser, ReadsPipelinedRequestsInOrder) {
  std::string bytes;
  for (char c = 'a'; c < 'k'; ++c) {
    bytes += "POST / HTTP/1.1\r\n" + kHost + "Content-Length: 1\r\n\r\n" + c;
  }
  for (const std::size_t piece : {1, 17, 10'000}) {
    EXPECT_EQ(Parse(bytes, piece).bodies.size(), 10U);
    EXPECT_EQ(Parse(bytes, piece).bodies[9], "j");
  }
}

struct Refused {
  std::string bytes;
  int status;
};

TEST(RequestParser, RefusesWhatTwoReadersCouldUnderstandDifferently) {
  const std::string post = "POST / HTTP/1.1\r\n" + kHost;
  const Refused cases[] = {
      {post + "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", 400},
      {post + "Transfer-Encoding: chunked\r\nContent-Length: 1\r\n\r\n", 400},
      {post + "Content-Length: 1\r\nContent-Length: 1\r\n\r\na", 400},
      {post + "Content-Length: 1\r\nContent-Length: 2\r\n\r\na", 400},
      {post + "Content-Length: 1, 1\r\n\r\na", 400},
      {post + "Content-Length: -1\r\n\r\n", 400},
      {post + "Content-Length: +1\r\n\r\na", 400},
      {post + "Content-Length: 0x1\r\n\r\na", 400},
      {post + "Content-Length: 18446744073709551616\r\n\r\n", 400},
      {post + "Content-Length: \r\n\r\n", 400},
      {post + "Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n", 400},
      {post + "Transfer-Encoding: identity\r\n\r\n", 400},
      {post + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", 400},
      {post + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400},
      {post + "Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n", 400},
      {post + " Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400},
      {"POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400},
      {post + "Transfer-Encoding: chunked\r\n\r\n-1\r\n", 400},
      {post + "Transfer-Encoding: chunked\r\n\r\n0x10\r\n\r\n", 400},
      {post + "Transfer-Encoding: chunked\r\n\r\n10000000000000000\r\n", 400},
      {post + "Transfer-Encoding: chunked\r\n\r\n3\r\nabcX\r\n0\r\n\r\n", 400},
      {post + "Transfer-Encoding: chunked\r\n\r\n\r\n", 400},
      {post + "X: a\r\n b\r\n\r\n", 400},
      {post + "X: a\nY: b\r\n\r\n", 400},
      {post + "X: a\rb\r\n\r\n", 400},
      {post + std::string("X: a\0b\r\n\r\n", 10), 400},
      {post + "no colon\r\n\r\n", 400},
      {post + ": empty\r\n\r\n", 400},
      {post + "X y: 1\r\n\r\n", 400},
  };
  for (const Refused& c : cases) {
    for (const std::size_t piece : {1, 100'000})
      EXPECT_EQ(Parse(c.bytes, piece).status, c.status) << c.bytes;
  }
}

TEST(RequestParser, RefusesOddLinesMethodsHostsAndOrigins) {
  const Refused cases[] = {
      {"GET / HTTP/0.9\r\n" + kHost + "\r\n", 400},
      {"GET / HTTP/3.7\r\n" + kHost + "\r\n", 400},
      {"GET /\r\n\r\n", 400},
      {"GET  / HTTP/1.1\r\n" + kHost + "\r\n", 400},
      {"get / HTTP/1.1\r\n" + kHost + "\r\n", 501},
      {"BREW / HTTP/1.1\r\n" + kHost + "\r\n", 501},
      {"CONNECT localhost:80 HTTP/1.1\r\n" + kHost + "\r\n", 405},
      {"TRACE / HTTP/1.1\r\n" + kHost + "\r\n", 405},
      {"GET /%00 HTTP/1.1\r\n" + kHost + "\r\n", 400},
      {"GET /a/../b HTTP/1.1\r\n" + kHost + "\r\n", 400},
      {"GET * HTTP/1.1\r\n" + kHost + "\r\n", 400},
      {"GET / HTTP/1.1\r\n\r\n", 400},
      {"GET / HTTP/1.1\r\n" + kHost + kHost + "\r\n", 400},
      {"GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n", 421},
      {"GET http://evil.example/ HTTP/1.1\r\n" + kHost + "\r\n", 421},
      {"GET / HTTP/1.1\r\nHost: a b\r\n\r\n", 400},
      {"GET / HTTP/1.1\r\n" + kHost + "Origin: http://evil.example\r\n\r\n", 403},
      {"GET / HTTP/1.1\r\n" + kHost + "Origin: null\r\n\r\n", 403},
      {"GET / HTTP/1.1\r\n" + kHost + "Expect: the-best\r\n\r\n", 417},
      {std::string("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", 15), 400},
  };
  for (const Refused& c : cases) EXPECT_EQ(Parse(c.bytes, 100'000).status, c.status) << c.bytes;
}

TEST(RequestParser, AcceptsWhatIsUnusualButClear) {
  const std::string cases[] = {
      "\r\nGET / HTTP/1.1\r\n" + kHost + "\r\n",
      "GET http://localhost:80/a HTTP/1.1\r\n" + kHost + "\r\n",
      "OPTIONS * HTTP/1.1\r\n" + kHost + "\r\n",
      "GET / HTTP/1.0\r\n\r\n",
      "GET / HTTP/1.1\r\n" + kHost + "Content-Length: 2\r\n\r\nab",
      "GET / HTTP/1.1\r\nhOsT:localhost\r\n\r\n",
      "GET / HTTP/1.1\r\n" + kHost + "Origin: http://localhost\r\n\r\n",
      "POST / HTTP/1.1\r\n" + kHost + "transfer-encoding: Chunked\r\n\r\n0\r\n\r\n",
  };
  for (const std::string& bytes : cases) {
    EXPECT_EQ(Parse(bytes, 100'000).state, RequestParser::State::kWhole) << bytes;
  }
}

TEST(RequestParser, HoldsItsLimits) {
  const std::string post = "POST / HTTP/1.1\r\n" + kHost;
  std::string lines;
  for (int i = 0; i < 200; ++i) lines += "X-" + std::to_string(i) + ": 1\r\n";
  const std::string chunk = post + "Transfer-Encoding: chunked\r\n\r\n";
  const Refused cases[] = {
      {"GET /" + std::string(1'000'000, 'a'), 414},
      {"GET /" + std::string(9'000, 'a') + " HTTP/1.1\r\n" + kHost + "\r\n", 414},
      {post + "X: " + std::string(1'000'000, 'a'), 431},
      {post + "X: " + std::string(40'000, 'a') + "\r\n\r\n", 431},
      {post + lines + "\r\n", 431},
      {post + "Content-Length: 1001\r\n\r\n", 413},
      {chunk + "3e9\r\n" + std::string(1001, 'a'), 413},
      {chunk + "200\r\n" + std::string(512, 'a') + "\r\n200\r\n" + std::string(512, 'a') + "\r\n",
       413},
      {chunk + "1;" + std::string(1'000'000, 'a'), 400},
      {chunk + "0\r\nX: " + std::string(1'000'000, 'a'), 400},
  };
  RequestParser::Limits limits;
  limits.body_bytes = 1000;
  for (const Refused& c : cases) {
    EXPECT_EQ(Parse(c.bytes, 4096, limits).status, c.status) << c.bytes.substr(0, 60);
  }
}

TEST(RequestParser, OnePathMayHaveALimitOfItsOwn) {
  RequestParser::Limits limits;
  limits.body_bytes = 1000;
  limits.large_body_path = "/bulk";
  limits.large_body_bytes = 5000;
  const auto post = [&](const std::string& path, std::size_t bytes, bool chunked) {
    const std::string body(bytes, 'a');
    const std::string head = "POST " + path + " HTTP/1.1\r\n" + kHost;
    const std::string framed =
        chunked ? "Transfer-Encoding: chunked\r\n\r\nfa0\r\n" + body + "\r\n0\r\n\r\n"
                : "Content-Length: " + std::to_string(bytes) + "\r\n\r\n" + body;
    return Parse(head + framed, 4096, limits);
  };
  EXPECT_EQ(post("/bulk", 5000, false).state, RequestParser::State::kWhole);
  EXPECT_EQ(post("/bulk?x=1", 4000, true).state, RequestParser::State::kWhole);
  EXPECT_EQ(post("/bulk", 5001, false).status, 413);
  EXPECT_EQ(post("/bulk/", 1001, false).status, 413);
  EXPECT_EQ(post("/other", 4000, true).status, 413);
  EXPECT_EQ(post("/other", 4000, false).status, 413);
}

TEST(RequestParser, NamesTheContentEncodingsItKnows) {
  const auto with = [](const std::string& coding) {
    return Parse("POST / HTTP/1.1\r\n" + kHost + "Content-Encoding: " + coding +
                     "\r\nContent-Length: 1\r\n\r\nx",
                 4096);
  };
  EXPECT_EQ(with("br").status, 415);
  EXPECT_EQ(with("gzip, gzip").status, 415);
  EXPECT_EQ(with("gzip").status, 400);
  EXPECT_EQ(with("identity").state, RequestParser::State::kWhole);
}

TEST(RequestParser, SurvivesRandomDamageToAGoodRequest) {
  const std::string good = "POST /a?b=c HTTP/1.1\r\n" + kHost +
                           "Transfer-Encoding: chunked\r\nX: y\r\n\r\n5\r\nhello\r\n0\r\n\r\n";
  Rng rng(7);
  int whole = 0;
  for (int round = 0; round < 20'000; ++round) {
    std::string bytes = good;
    for (std::uint64_t flips = 1 + rng.Below(3); flips > 0; --flips) {
      bytes[rng.Below(bytes.size())] = static_cast<char>(rng.Below(256));
    }
    const Parsed parsed = Parse(bytes, 1 + rng.Below(80));
    whole += parsed.state == RequestParser::State::kWhole;
    EXPECT_LE(parsed.last.body.size(), 100U);
  }
  EXPECT_GT(whole, 0);
  EXPECT_LT(whole, 20'000);
}

}  // namespace
}  // namespace mooring::api
