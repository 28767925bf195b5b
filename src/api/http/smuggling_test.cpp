// Requests that hide another one: whatever a second reader could take for the end of the body, a
// second request or another length must end the connection, in every cut of the bytes. A hidden
// "GET /hidden" must never be answered.
#include "api/http/request_parser.h"

namespace mooring::api {
namespace {

struct Seen {
  int refused = 0;
  std::vector<std::string> paths;
};

// `streams`: bodies of POST are taken away while they come.
Seen Feed(const std::string& bytes, std::size_t piece, bool streams = false) {
  static const CallerRules rules("127.0.0.1", {});
  RequestParser::Limits limits;
  if (streams) limits.streams = [](Method method, auto) { return method == Method::kPost; };
  RequestParser parser(limits, rules);
  Message message;
  parser.Begin(message);
  Seen seen;
  std::string buffer;
  for (std::size_t at = 0; at < bytes.size(); at += piece) {
    buffer += bytes.substr(at, piece);
    for (;;) {
      const std::size_t used = parser.Feed(buffer);
      buffer.erase(0, used);
      if (message.streamed) message.body.clear();
      if (parser.state() == RequestParser::State::kRefused) {
        seen.refused = message.refused_status;
        return seen;
      }
      if (parser.state() == RequestParser::State::kWhole) {
        seen.paths.push_back(message.path);
        message.Clear();
        parser.Begin(message);
      } else if (used == 0 || buffer.empty()) {
        break;
      }
    }
  }
  return seen;
}

const std::string kPost = "POST /a HTTP/1.1\r\nHost: localhost\r\n";
const std::string kHidden = "GET /hidden HTTP/1.1\r\nHost: localhost\r\n\r\n";

TEST(Smuggling, AmbiguousLengthsEndTheConnection) {
  const std::string chunked = "0\r\n\r\n" + kHidden;
  const std::string heads[] = {
      "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
      "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n",
      "Transfer-Encoding: chunked\r\nContent-length: 0\r\n",
      "TRANSFER-ENCODING: CHUNKED\r\ncontent-length: 5\r\n",
      "Content-Length: 5\r\nContent-Length: 6\r\n",
      "Content-Length: 5\r\ncontent-length: 5\r\n",
      "Content-Length: 5, 6\r\n",
      "Content-Length: 5 6\r\n",
      "Content-Length: 5;\r\n",
      "Content-Length: 5\t5\r\n",
      "Content-Length: +5\r\n",
      "Content-Length: -0\r\n",
      "Content-Length: 0x5\r\n",
      "Content-Length: 5.0\r\n",
      "Content-Length: 5e0\r\n",
      "Content-Length: \"5\"\r\n",
      "Content-Length: 18446744073709551621\r\n",
      "Content-Length : 5\r\n",
      "Content-Length\t: 5\r\n",
      " Content-Length: 5\r\n",
      "X: 1\r\n Content-Length: 5\r\n",
      "X: 1\r\n\tTransfer-Encoding: chunked\r\n",
      "Transfer-Encoding : chunked\r\n",
      "Transfer-Encoding\t:chunked\r\n",
      "Transfer-Encoding: xchunked\r\n",
      "Transfer-Encoding: chunked-x\r\n",
      "Transfer-Encoding: x, chunked\r\n",
      "Transfer-Encoding: chunked, chunked\r\n",
      "Transfer-Encoding: chunked, identity\r\n",
      "Transfer-Encoding: identity, chunked\r\n",
      "Transfer-Encoding: identity\r\n",
      "Transfer-Encoding: gzip\r\n",
      "Transfer-Encoding: chunked;q=1\r\n",
      "Transfer-Encoding: \"chunked\"\r\n",
      "Transfer-Encoding: 'chunked'\r\n",
      "Transfer-Encoding: chu nked\r\n",
      "Transfer-Encoding: \x0b"
      "chunked\r\n",
      "Transfer-Encoding: chunked\x0b\r\n",
      std::string("Transfer-Encoding: chunked\0\r\n", 29),
      "Transfer-Encoding:\r\n chunked\r\n",
      "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n",
      "Transfer-Encoding: identity\r\nTransfer-Encoding: chunked\r\n",
      "X: a\rTransfer-Encoding: chunked\r\n",
      "X: a\nTransfer-Encoding: chunked\r\n",
      "X: a\n\rTransfer-Encoding: chunked\r\n",
      std::string("X: a\0Transfer-Encoding: chunked\r\n", 33),
      "Transfer-Encoding: chunked\r\nX y: 1\r\n",
      "X(y): 1\r\nContent-Length: 5\r\n",
      ": chunked\r\nContent-Length: 5\r\n",
      "\x7f: 1\r\nContent-Length: 5\r\n",
  };
  EXPECT_GE(std::size(heads), 40U);
  for (const std::string& head : heads) {
    for (const std::size_t piece : {1, 7, 100'000}) {
      for (const bool streams : {false, true}) {
        const Seen seen = Feed(kPost + head + "\r\n" + chunked, piece, streams);
        EXPECT_EQ(seen.refused, 400) << head << piece << streams;
        EXPECT_TRUE(seen.paths.empty()) << head;
      }
    }
  }
}

TEST(Smuggling, MalformedChunksEndTheConnection) {
  const std::string bodies[] = {
      "-1\r\n",
      "+5\r\nhello\r\n0\r\n\r\n",
      "0x5\r\nhello\r\n0\r\n\r\n",
      " 5\r\nhello\r\n0\r\n\r\n",
      "5_0\r\nhello",
      "5\nhello\n0\n\n",
      "5\r\nhello0\r\n\r\n",
      "5\r\nhelloX\r\n0\r\n\r\n",
      "5\r\nhell\r\n0\r\n\r\n",
      "10000000000000005\r\nhello\r\n0\r\n\r\n",
      "\r\n0\r\n\r\n",
      "g\r\n",
      "0\r\nX y: 1\r\n\r\n",
      "5\r\nhello\n0\r\n\r\n",
      ";\r\n0\r\n\r\n",
      "5\rhello\r\n0\r\n\r\n",
  };
  for (const std::string& body : bodies) {
    for (const std::size_t piece : {1, 3, 100'000}) {
      for (const bool streams : {false, true}) {
        const Seen seen =
            Feed(kPost + "Transfer-Encoding: chunked\r\n\r\n" + body + kHidden, piece, streams);
        EXPECT_EQ(seen.refused, 400) << body << piece << streams;
        EXPECT_TRUE(seen.paths.empty()) << body;
      }
    }
  }
}

TEST(Smuggling, AnEmptyChunkedBodyMayComeByteByByte) {
  const std::string bytes = kPost + "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n";
  for (std::size_t piece = 1; piece < bytes.size(); ++piece) {
    EXPECT_EQ(Feed(bytes, piece).paths, (std::vector<std::string>{"/a"})) << piece;
  }
  EXPECT_EQ(Feed(kPost + "Transfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\nx", 1).refused,
            413);
}

TEST(Smuggling, WhatIsInABodyIsABody) {
  const std::string length = std::to_string(kHidden.size());
  for (const std::size_t piece : {1, 100'000}) {
    EXPECT_EQ(Feed(kPost + "Content-Length: " + length + "\r\n\r\n" + kHidden, piece).paths,
              (std::vector<std::string>{"/a"}));
    EXPECT_EQ(Feed("GET /a HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + length + "\r\n\r\n" +
                       kHidden,
                   piece)
                  .paths,
              (std::vector<std::string>{"/a"}))
        << "also of a GET";
    // A trailer is no head: it names no caller, and a length in it is refused.
    const std::string chunked = kPost + "Transfer-Encoding: chunked\r\n\r\n0\r\n";
    EXPECT_EQ(Feed(chunked + "Authorization: Bearer x\r\n\r\n" + kHidden, piece).paths,
              (std::vector<std::string>{"/a", "/hidden"}));
    EXPECT_EQ(Feed(chunked + "Content-Length: " + length + "\r\n\r\n" + kHidden, piece).refused,
              400);
  }
}

TEST(Smuggling, ABodyThatStreamsEndsWhereItSays) {
  const std::string length = std::to_string(kHidden.size());
  const std::string chunked = kPost + "Transfer-Encoding: chunked\r\n\r\n";
  char size[16];
  std::snprintf(size, sizeof size, "%zx\r\n", kHidden.size());
  for (const std::size_t piece : {1, 2, 3, 7, 100'000}) {
    EXPECT_EQ(
        Feed(kPost + "Content-Length: " + length + "\r\n\r\n" + kHidden + kHidden, piece, true)
            .paths,
        (std::vector<std::string>{"/a", "/hidden"}))
        << "the second";
    EXPECT_EQ(Feed(chunked + size + kHidden + "\r\n0\r\nX: 1\r\n\r\n", piece, true).paths,
              (std::vector<std::string>{"/a"}));
    EXPECT_EQ(Feed(chunked + "0\r\nContent-Length: " + length + "\r\n\r\n" + kHidden, piece, true)
                  .refused,
              400);
    EXPECT_EQ(Feed(kPost + "Content-Length: 0\r\n\r\n" + kHidden, piece, true).paths,
              (std::vector<std::string>{"/a", "/hidden"}));
    EXPECT_EQ(Feed(kPost + "Content-Encoding: gzip\r\nContent-Length: 5\r\n\r\nhello", piece, true)
                  .refused,
              415);
  }
  // Not the bodies that do not stream: their limit is the same as ever.
  EXPECT_EQ(Feed("PUT /a HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999999\r\n\r\n", 9, true)
                .refused,
            413);
  EXPECT_EQ(Feed("PUT /a HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
                 "ffffffffffffffff\r\nx",
                 1, true)
                .refused,
            413);
}

TEST(Smuggling, TokensDoNotTravelInBrokenHeaders) {
  const std::string get = "GET /a HTTP/1.1\r\nHost: localhost\r\n";
  const std::string bad[] = {"Authorization: Bearer a\r b\r\n", "Authorization: Bearer a\n\r\n",
                             std::string("Authorization: Bearer a\0b\r\n", 27),
                             "Authorization : Bearer a\r\n", "Authorization: Bearer a\r\n b\r\n"};
  for (const std::string& header : bad) EXPECT_EQ(Feed(get + header + "\r\n", 9).refused, 400);
  EXPECT_EQ(
      Feed(get + "Authorization: Bearer " + std::string(1'000'000, 'a') + "\r\n\r\n", 4096).refused,
      431);
}

TEST(Smuggling, PagesOfOtherSitesCannotChangeAnything) {
  for (const char* verb : {"POST", "PUT", "PATCH", "DELETE", "OPTIONS"}) {
    const std::string head = std::string(verb) + " /a HTTP/1.1\r\nHost: localhost\r\n";
    for (const char* site : {"cross-site", "same-site", "x"}) {
      EXPECT_EQ(Feed(head + "Sec-Fetch-Site: " + site + "\r\n\r\n", 1000).refused, 403) << verb;
    }
    EXPECT_EQ(Feed(head + "Sec-Fetch-Site: same-origin\r\n\r\n", 1000).refused, 0);
    EXPECT_EQ(Feed(head + "Origin: http://evil.example\r\n\r\n", 1000).refused, 403);
    EXPECT_EQ(Feed(head + "Origin: null\r\n\r\n", 1000).refused, 403);
  }
  const std::string get = "GET /a HTTP/1.1\r\nHost: localhost\r\n";
  EXPECT_EQ(Feed(get + "Sec-Fetch-Site: cross-site\r\n\r\n", 1000).refused, 0) << "a link";
}

}  // namespace
}  // namespace mooring::api
