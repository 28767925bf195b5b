#include "api/http/request_parser.h"

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/beast/http/basic_parser.hpp>
#include <limits>
#include <optional>

#include "api/http/inflate.h"
#include "api/http/target.h"

namespace mooring::api {
namespace {

namespace http = boost::beast::http;
using boost::system::error_code;

std::string_view View(boost::beast::string_view text) { return {text.data(), text.size()}; }

bool SameName(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : int{c}; };
    if (lower(a[i]) != lower(b[i])) return false;
  }
  return true;
}

std::string_view Trim(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

bool HasBareLf(std::string_view text) {
  const std::size_t at = text.find('\n');
  return at != std::string_view::npos && (at == 0 || text[at - 1] != '\r');
}

// Memory that one idle connection may keep for its next request.
constexpr std::size_t kKeptBytes = 16 * limits::kKiB;

void ClearKeeping(std::string& text) {
  if (text.capacity() > kKeptBytes) text = std::string();
  text.clear();
}

std::optional<Method> MethodOf(http::verb verb) {
  switch (verb) {
    case http::verb::get: return Method::kGet;
    case http::verb::head: return Method::kHead;
    case http::verb::post: return Method::kPost;
    case http::verb::put: return Method::kPut;
    case http::verb::patch: return Method::kPatch;
    case http::verb::delete_: return Method::kDelete;
    case http::verb::options: return Method::kOptions;
    default: return std::nullopt;
  }
}

}  // namespace

void Message::Clear() {
  ClearKeeping(head);
  ClearKeeping(body);
  fields.clear();
  path.clear();
  lower_type.clear();
  request = Request{};
  keep_alive = true;
  wants_continue = streamed = false;
  refused_status = 0;
  refusal.clear();
}

std::string_view Request::Header(std::string_view name) const {
  if (native == nullptr) return "";
  for (const Message::Field& field : static_cast<const Message*>(native)->fields) {
    if (SameName(field.name, name)) return field.value;
  }
  return "";
}

std::size_t Request::HeaderCount(std::string_view name) const {
  if (native == nullptr) return 0;
  const auto& fields = static_cast<const Message*>(native)->fields;
  return static_cast<std::size_t>(
      std::count_if(fields.begin(), fields.end(),
                    [name](const Message::Field& field) { return SameName(field.name, name); }));
}

// Beast's grammar of the head and of chunks; fields land in the message as views into its head.
class RequestParser::Grammar final : public http::basic_parser<true> {
 public:
  Grammar(Message& into, const Limits& bounds)
      : message(into), limits(bounds), body_bytes(bounds.body_bytes) {
    header_limit(static_cast<std::uint32_t>(bounds.head_bytes));
    // The path is not known yet; what it allows is checked after the head.
    if (bounds.streams != nullptr) {
      body_limit(boost::none);
    } else {
      body_limit(std::uint64_t{std::max(bounds.body_bytes, bounds.large_body_bytes)});
    }
    eager(true);
  }
  Message& message;
  const Limits& limits;
  std::size_t body_bytes;  // that this request may have
  http::verb verb = http::verb::unknown;
  int version = 0;
  std::size_t hosts = 0, lengths = 0, codings = 0;
  std::string_view host, length, coding, connection, expect, content_type, content_coding, origin,
      fetch_site;
  bool in_trailer = false;

 private:
  void on_request_impl(http::verb method, boost::beast::string_view,
                       boost::beast::string_view target, int number, error_code&) override {
    verb = method;
    version = number;
    message.request.target = View(target);
  }
  void on_response_impl(int, boost::beast::string_view, int, error_code&) override {}
  void on_field_impl(http::field field, boost::beast::string_view name,
                     boost::beast::string_view value, error_code& ec) override {
    if (in_trailer) return;  // a trailer never changes what the head said
    if (message.fields.size() >= limits.fields) {
      ec = http::error::header_limit;
      return;
    }
    message.fields.push_back({View(name), View(value)});
    Note(field, View(value));
    if (SameName(View(name), "Sec-Fetch-Site")) fetch_site = View(value);
  }
  void Note(http::field field, std::string_view value) {
    switch (field) {
      case http::field::host:
        host = value;
        ++hosts;
        break;
      case http::field::content_length:
        length = value;
        ++lengths;
        break;
      case http::field::transfer_encoding:
        coding = value;
        ++codings;
        break;
      case http::field::connection: connection = value; break;
      case http::field::expect: expect = value; break;
      case http::field::content_type: content_type = value; break;
      case http::field::content_encoding: content_coding = value; break;
      case http::field::origin: origin = value; break;
      default: break;
    }
  }
  void on_header_impl(error_code&) override { in_trailer = true; }
  void on_body_init_impl(boost::optional<std::uint64_t> const&, error_code&) override {}
  std::size_t on_body_impl(boost::beast::string_view, error_code&) override { return 0; }
  void on_chunk_header_impl(std::uint64_t, boost::beast::string_view, error_code&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, boost::beast::string_view bytes,
                                 error_code& ec) override {
    if (bytes.size() > body_bytes - message.body.size()) {
      ec = http::error::body_limit;
      return 0;
    }
    message.body.append(bytes.data(), bytes.size());
    return bytes.size();
  }
  void on_finish_impl(error_code&) override {}
};

RequestParser::RequestParser(Limits limits, const CallerRules& rules)
    : limits_(limits), rules_(rules) {}
RequestParser::~RequestParser() = default;

void RequestParser::Begin(Message& message) {
  message_ = &message;
  state_ = State::kHead;
  scanned_ = body_left_ = chunk_scan_ = 0;
  chunked_ = false;
}

void RequestParser::Refuse(int status, const char* why) {
  message_->refused_status = status;
  message_->refusal = why;
  message_->keep_alive = false;
  state_ = State::kRefused;
}

std::size_t RequestParser::Feed(std::string_view bytes) {
  if (state_ == State::kHead) return FeedHead(bytes);
  if (state_ == State::kBody) return FeedBody(bytes);
  return 0;
}

std::size_t RequestParser::FeedHead(std::string_view bytes) {
  if (scanned_ == 0 && bytes.starts_with("\r\n")) return 2;  // RFC 9112 2.2: skip an empty line
  const std::size_t from = scanned_ < 3 ? 0 : scanned_ - 3;
  const std::size_t found = bytes.substr(0, limits_.head_bytes + 4).find("\r\n\r\n", from);
  if (found == std::string_view::npos) {
    scanned_ = bytes.size();
    if (bytes.substr(0, limits_.target_bytes + 32).find('\n') == std::string_view::npos &&
        bytes.size() >= limits_.target_bytes + 32) {
      Refuse(414, "the request line is longer than the limit");
    } else if (bytes.size() >= limits_.head_bytes) {
      Refuse(431, "the header is larger than the limit");
    }
    return 0;
  }
  message_->head.assign(bytes.substr(0, found + 4));
  grammar_ = std::make_unique<Grammar>(*message_, limits_);
  error_code ec;
  const std::string& head = message_->head;
  if (head.find("\n ") != std::string::npos || head.find("\n\t") != std::string::npos) {
    Refuse(400, "a header line is folded");
    return 0;
  }
  grammar_->put(boost::asio::buffer(head), ec);
  if (ec == http::error::header_limit || ec == http::error::buffer_overflow) {
    Refuse(431, "the header has too many lines");
  } else if (ec == http::error::body_limit) {
    Refuse(413, "the body is larger than the limit of a request body");
  } else if (ec && ec != http::error::need_more) {
    Refuse(400, "the bytes are not an HTTP/1.1 request");
  } else if (CheckHead()) {
    StartBody();
  }
  return found + 4;
}

bool RequestParser::CheckHead() {
  const Grammar& g = *grammar_;
  Request& request = message_->request;
  request.native = message_;
  if (g.version != 10 && g.version != 11)
    return Refuse(400, "the HTTP version is not 1.0 or 1.1"), false;
  const auto method = MethodOf(g.verb);
  if (g.verb == http::verb::connect || g.verb == http::verb::trace) {
    return Refuse(405, "this method is not served"), false;
  }
  if (!method) return Refuse(501, "the method is not known"), false;
  request.method = *method;
  if (request.target.size() > limits_.target_bytes)
    return Refuse(414, "the target is too long"), false;
  if (g.lengths > 1 || (g.lengths == 1 && g.codings > 0)) {
    return Refuse(400, "the length of the body is stated twice"), false;
  }
  if (g.length.find_first_not_of("0123456789") != std::string_view::npos) {
    return Refuse(400, "the Content-Length is not a number"), false;
  }
  if (g.codings > 1 || (g.codings == 1 && (!SameName(g.coding, "chunked") || g.version == 10))) {
    return Refuse(400, "the only transfer coding is 'chunked', in HTTP/1.1"), false;
  }
  chunked_ = g.codings == 1;
  message_->keep_alive =
      g.version == 11 ? !SameName(g.connection, "close") : SameName(g.connection, "keep-alive");
  if (!g.expect.empty() && !SameName(g.expect, "100-continue")) {
    return Refuse(417, "the only expectation is '100-continue'"), false;
  }
  message_->wants_continue = !g.expect.empty() && g.version == 11;
  if (*method == Method::kOptions && request.target == "*") {
    request.target = "/";
  }
  return CheckHost();
}

bool RequestParser::CheckHost() {
  const Grammar& g = *grammar_;
  Request& request = message_->request;
  const auto target = ParseTarget(request.target, message_->path);
  if (!target.ok()) return Refuse(400, target.error().message().c_str()), false;
  request.path = message_->path;
  if (!limits_.large_body_path.empty() && request.path == limits_.large_body_path) {
    grammar_->body_bytes = limits_.large_body_bytes;
  }
  request.query = target->query;
  if (g.hosts > 1 || (g.hosts == 0 && g.version == 11)) {
    return Refuse(400, "a request has exactly one Host header"), false;
  }
  const std::string_view host = target->authority.empty() ? g.host : target->authority;
  const bool named = g.hosts == 1 || !target->authority.empty();
  if (named && (host.empty() || host != good_host_)) {
    const auto verdict = rules_.CheckHost(host);
    if (verdict == CallerRules::Verdict::kMalformed)
      return Refuse(400, "the Host is malformed"), false;
    if (verdict == CallerRules::Verdict::kForeign) {
      return Refuse(421, "the Host is not one of this server's; see allowed_hosts"), false;
    }
    good_host_ = host;
  }
  if (!rules_.OriginAllowed(g.origin, host)) {
    return Refuse(403, "the Origin is foreign; see allowed_hosts"), false;
  }
  const bool changes = request.method != Method::kGet && request.method != Method::kHead;
  if (changes && !rules_.SiteAllowed(g.fetch_site, g.origin)) {
    return Refuse(403, "a page of another site asks; see allowed_hosts"), false;
  }
  return true;
}

void RequestParser::StartBody() {
  state_ = State::kBody;
  if (limits_.streams != nullptr) {
    if (limits_.streams(message_->request.method, message_->path)) return BeginStream();
    grammar_->body_limit(std::uint64_t{grammar_->body_bytes});
  }
  if (chunked_) return;
  const auto length = grammar_->content_length();
  body_left_ = length ? static_cast<std::size_t>(*length) : 0;
  if (body_left_ > grammar_->body_bytes) return Refuse(413, "the body is larger than the limit");
  // Memory follows the bytes that come, not the length that was claimed.
  message_->body.reserve(std::min(body_left_, kKeptBytes) + kBodyPadding);
  if (body_left_ == 0) Finish();
}

void RequestParser::BeginStream() {
  const std::string_view coding = Trim(grammar_->content_coding);
  if (!coding.empty() && !SameName(coding, "identity")) {
    return Refuse(415, "a body of any size comes without a content encoding");
  }
  const auto length = grammar_->content_length();
  if (!chunked_) body_left_ = length ? static_cast<std::size_t>(*length) : 0;
  grammar_->body_bytes = std::numeric_limits<std::size_t>::max();
  message_->streamed = true;
  ReadType();
  if (!chunked_ && body_left_ == 0) state_ = State::kWhole;
}

std::size_t RequestParser::FeedBody(std::string_view bytes) {
  if (!chunked_) {
    const std::size_t take = std::min(bytes.size(), body_left_);
    message_->body.append(bytes.substr(0, take));
    body_left_ -= take;
    if (body_left_ == 0) Finish();
    return take;
  }
  // A body never ends in fewer bytes than "0\r\n\r\n", and the grammar asserts that it is not shown
  // the last of them one by one.
  constexpr std::size_t kLastChunk = 5;
  if (bytes.size() < kLastChunk && bytes.starts_with('0')) return 0;
  error_code ec;
  const std::size_t used = grammar_->put(boost::asio::buffer(bytes.data(), bytes.size()), ec);
  if (ec == http::error::body_limit) {
    Refuse(413, "the body is larger than the limit of a request body");
  } else if (ec && ec != http::error::need_more) {
    Refuse(400, "the chunks of the body are malformed");
  } else if (grammar_->is_done()) {
    Finish();
  } else if (used == 0 && HasBareLf(bytes)) {
    Refuse(400, "a line between the chunks of the body does not end in CR LF");
  } else if (used == 0 && bytes.size() > limits_.target_bytes) {
    Refuse(400, "a chunk header or trailer is larger than the limit");
  }
  return used;
}

void RequestParser::Finish() {
  Request& request = message_->request;
  state_ = State::kWhole;
  if (message_->streamed) return;
  const std::string_view coding = Trim(grammar_->content_coding);
  if (!coding.empty() && !SameName(coding, "identity")) Decode(coding);
  message_->body.reserve(message_->body.size() + kBodyPadding);
  request.body = message_->body;
  ReadType();
}

void RequestParser::ReadType() {
  Request& request = message_->request;
  std::string_view type = grammar_->content_type;
  for (const char c : type) {
    if (c < 'A' || c > 'Z') continue;
    message_->lower_type = type;
    for (char& letter : message_->lower_type) {
      if (letter >= 'A' && letter <= 'Z') letter = static_cast<char>(letter + ('a' - 'A'));
    }
    type = message_->lower_type;
    break;
  }
  const std::size_t semicolon = std::min(type.find(';'), type.size());
  request.content_type = Trim(type.substr(0, semicolon));
  const std::size_t charset = type.find("charset=", semicolon);
  if (charset == std::string_view::npos) return;
  std::string_view name = type.substr(charset + 8);
  name = Trim(name.substr(0, name.find(';')));
  if (name.size() >= 2 && name.front() == '"' && name.back() == '"') {
    name = name.substr(1, name.size() - 2);
  }
  request.charset = name;
}

void RequestParser::Decode(std::string_view coding) {
  if (!SameName(coding, "gzip") && !SameName(coding, "x-gzip") && !SameName(coding, "deflate")) {
    return Refuse(415, "the content encoding is not gzip, deflate or identity");
  }
  auto plain = Inflate(message_->body, grammar_->body_bytes);
  if (plain.ok()) {
    message_->body = std::move(plain).value();
  } else {
    const bool large = plain.error().code() == Code::kTooLarge;
    Refuse(large ? 413 : 400, plain.error().message().c_str());
  }
}

}  // namespace mooring::api
