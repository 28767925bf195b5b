// RequestParser: bytes of a connection → one request after another, strictly and within limits. It
// has no sockets and no time, so tests and fuzzers feed it any bytes in any pieces.
//
//   parser.Begin(message);
//   while (parser.state() < RequestParser::State::kWhole) {
//     bytes.remove_prefix(parser.Feed(bytes));   // unconsumed bytes must come again, with more
//     behind
//   }
//
// What two readers could understand differently is refused and ends the connection: both
// Content-Length and Transfer-Encoding, two lengths, any coding but "chunked", folded header lines,
// spaces before a colon, bare CR or LF.
//
// A message that streams is ready for its handler as soon as `streamed` is set; bytes of its body
// are appended to `body`, from where the caller takes them, until the state is kWhole.
//
// Thread safety: one thread at a time. Memory: the message's buffers, which are kept between
// requests.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "api/http/caller_rules.h"
#include "api/http/server.h"

namespace mooring::api {

// One request's bytes and what they say. Reused: Clear keeps the memory unless it grew large.
struct Message {
  struct Field {
    std::string_view name, value;  // into `head`
  };
  std::string head;  // request line and header lines as sent
  std::vector<Field> fields;
  std::string path;        // decoded
  std::string lower_type;  // when the content type was not in lower case
  std::string body;        // kBodyPadding bytes of capacity behind it
  Request request;         // views into the above
  bool keep_alive = true;
  bool wants_continue = false;
  bool streamed = false;   // `body` is taken away while it comes
  int refused_status = 0;  // not 0: answer this and close
  std::string refusal;     // one sentence without bytes of the client

  void Clear();
};

class RequestParser {
 public:
  struct Limits {
    std::size_t head_bytes = limits::kRequestHeaderBytes;
    std::size_t target_bytes = limits::kRequestTargetBytes;
    std::size_t fields = 128;
    std::size_t body_bytes = limits::kRequestBodyBytes;
    std::string_view large_body_path;  // a path with a limit of its own; "" none
    std::size_t large_body_bytes = 0;
    bool (*streams)(Method, std::string_view path) = nullptr;  // as in HttpServer::Options
  };
  enum class State : unsigned char { kHead, kBody, kWhole, kRefused };

  // `rules` outlives the parser.
  RequestParser(Limits limits, const CallerRules& rules);
  ~RequestParser();

  // The next request goes into `message`, which outlives its parsing.
  void Begin(Message& message);
  // Consumes what it can; 0 means that more bytes are needed behind the same ones.
  std::size_t Feed(std::string_view bytes);
  State state() const { return state_; }
  // Bytes that the rest of the body will surely have; 0 when unknown.
  std::size_t missing() const { return body_left_; }

 private:
  class Grammar;  // Boost.Beast behind the wall

  std::size_t FeedHead(std::string_view bytes);
  std::size_t FeedBody(std::string_view bytes);
  bool CheckHead();
  bool CheckHost();
  void StartBody();
  void BeginStream();
  void Finish();
  void ReadType();
  void Decode(std::string_view coding);
  void Refuse(int status, const char* why);

  Limits limits_;
  const CallerRules& rules_;
  Message* message_ = nullptr;
  std::unique_ptr<Grammar> grammar_;
  State state_ = State::kHead;
  std::size_t scanned_ = 0;    // of the head, without finding its end
  std::size_t body_left_ = 0;  // of a body with a stated length
  std::size_t chunk_scan_ = 0;
  bool chunked_ = false;
  std::string good_host_;  // the last Host that passed: most connections send one
};

}  // namespace mooring::api
