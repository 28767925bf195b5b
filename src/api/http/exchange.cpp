#include "api/http/exchange.h"

#include <charconv>

#include "base/error_table.h"

namespace mooring::api {
namespace {

std::string_view Reason(int status) {
  switch (status) {
    case 200: return "OK";
    case 201: return "Created";
    case 202: return "Accepted";
    case 204: return "No Content";
    case 206: return "Partial Content";
    case 304: return "Not Modified";
    case 400: return "Bad Request";
    case 401: return "Unauthorized";
    case 403: return "Forbidden";
    case 404: return "Not Found";
    case 405: return "Method Not Allowed";
    case 408: return "Request Timeout";
    case 409: return "Conflict";
    case 412: return "Precondition Failed";
    case 413: return "Content Too Large";
    case 414: return "URI Too Long";
    case 415: return "Unsupported Media Type";
    case 416: return "Range Not Satisfiable";
    case 417: return "Expectation Failed";
    case 421: return "Misdirected Request";
    case 422: return "Unprocessable Content";
    case 429: return "Too Many Requests";
    case 431: return "Request Header Fields Too Large";
    case 500: return "Internal Server Error";
    case 501: return "Not Implemented";
    case 503: return "Service Unavailable";
    case 504: return "Gateway Timeout";
    default: return "Status";
  }
}

void AppendNumber(std::size_t number, std::string& out) {
  char digits[24];
  const auto end = std::to_chars(digits, digits + sizeof digits, number).ptr;
  out.append(digits, end);
}

bool OneLine(std::string_view text) { return text.find_first_of("\r\n") == std::string_view::npos; }

// The error code whose row has this status; the others are the caller's mistake or ours.
std::string_view CodeName(int status) {
  if (status == 408) return KindOf(Code::kDeadlineExceeded).name;
  if (status == 414 || status == 431) return KindOf(Code::kTooLarge).name;
  for (const ErrorKind& kind : ErrorKinds()) {
    if (kind.http_status == status) return kind.name;
  }
  return KindOf(status == 501 || status == 415 ? Code::kUnsupported : Code::kInvalidArgument).name;
}

}  // namespace

void Exchange::Answer(Response answer) {
  if (answered_.exchange(true)) return;
  EndCount();
  response = std::move(answer);
  if (mailbox_->OnOwnThread()) {
    Deliver();
  } else {
    mailbox_->Put(shared_from_this());
  }
}

bool Exchange::AnswerHere(Response answer) {
  if (answered_.exchange(true)) return false;
  EndCount();
  response = std::move(answer);
  ready = true;
  return true;
}

void Exchange::Deliver() {
  ready = true;
  if (sink != nullptr) sink->OnAnswered(*this);
}

void Exchange::Nudged() {
  if (sink != nullptr) sink->OnAnswered(*this);
}

void Exchange::BeginUpload() {
  upload = std::make_unique<Upload>([this] { Nudge(); });
  message.request.stream = upload.get();
}

void Exchange::Reset(AnswerSink* owner) {
  EndCount();
  message.Clear();
  response.status = 200;
  response.content_type = Response().content_type;
  response.headers.clear();
  response.body.clear();
  response.gate = nullptr;
  response.stream = nullptr;
  upload = nullptr;
  sink = owner;
  dispatched = Nanos{0};
  ready = false;
  answered_ = false;
}

void AppendAnswer(const Exchange& exchange, bool close, std::string_view date, std::string& out) {
  const Response& response = exchange.response;
  const bool no_body = response.status == 204 || response.status == 304;
  out.append("HTTP/1.1 ");
  AppendNumber(static_cast<std::size_t>(response.status), out);
  out.append(" ").append(Reason(response.status)).append("\r\n").append(date);
  if (!response.content_type.empty() && !no_body) {
    out.append("Content-Type: ").append(response.content_type).append("\r\n");
  }
  for (const auto& [name, value] : response.headers) {
    if (OneLine(name) && OneLine(value)) out.append(name).append(": ").append(value).append("\r\n");
  }
  if (!no_body) {
    out.append("Content-Length: ");
    AppendNumber(response.stream == nullptr ? response.body.size() : response.stream_bytes, out);
    out.append("\r\n");
  }
  if (close) out.append("Connection: close\r\n");
  out.append("\r\n");
  const bool text = !no_body && response.stream == nullptr;
  if (text && exchange.message.request.method != Method::kHead) out.append(response.body);
}

Response Refusal(int status, std::string_view message) {
  const std::string_view code = CodeName(status);
  Response response;
  response.status = status;
  response.body.append("{\"code\":\"").append(code).append("\",\"message\":\"").append(message);
  response.body.append("\",\"error\":\"")
      .append(message)
      .append("\",\"error_code\":\"")
      .append(code);
  response.body.append("\",\"field\":null,\"decision_id\":null}");
  if (status == 405)
    response.headers.emplace_back("Allow", "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS");
  return response;
}

}  // namespace mooring::api
