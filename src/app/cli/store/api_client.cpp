#include "app/cli/store/api_client.h"

#include <set>

#include "base/error_table.h"

namespace mooring::app::cli {
namespace {

Code CodeOf(int status, std::string_view name) {
  for (const ErrorKind& kind : ErrorKinds()) {
    if (kind.name == name) return kind.code;
  }
  for (const ErrorKind& kind : ErrorKinds()) {
    if (kind.http_status == status) return kind.code;
  }
  return status >= 500 ? Code::kUnavailable : Code::kInvalidArgument;
}

std::string TextOf(const Json& body, std::string_view key) {
  const auto text = body.GetString(key);
  return text.ok() ? std::string(*text) : "";
}

// "row 3: distance: above 6000", a line each. A column that the contract lacks is told once, not
// again for every row that has it.
std::string ListOfProblems(const Json& body) {
  std::string lines;
  std::set<std::string> unknown;
  const auto problems = body.GetArray("problems");
  if (!problems.ok()) return lines;
  for (const Json& problem : **problems) {
    const bool whole_column = TextOf(problem, "rule") == "unknown";
    if (whole_column && !unknown.insert(TextOf(problem, "feature")).second) continue;
    const auto row = whole_column ? Result<std::uint64_t>(Error(Code::kNotFound, "all rows"))
                                  : problem.GetUint("row");
    lines += (lines.empty() ? "" : "\n") + (row.ok() ? "row " + std::to_string(*row) + ": " : "");
    const std::string feature = TextOf(problem, "feature");
    lines += (feature.empty() ? "" : feature + ": ") + TextOf(problem, "message");
  }
  return lines;
}

// Whether nobody else reads what is sent there: TLS, or this machine itself.
bool IsPrivate(std::string_view url) {
  if (!url.starts_with("http://")) return true;
  std::string_view host = url.substr(7);
  host = host.substr(0, host.find_first_of("/?#"));
  if (host == "[::1]" || host.starts_with("[::1]:")) return host.find('@') == host.npos;
  if (host.find('@') != host.npos) return false;
  host = host.substr(0, host.find(':'));
  return host == "localhost" ||
         (host.starts_with("127.") && host.find_first_not_of("0123456789.") == host.npos);
}

}  // namespace

ApiClient::ApiClient(const Context& context)
    : transport_(context.transport),
      url_(context.settings.Text("server")),
      token_(context.Environment("MOORING_TOKEN")) {
  if (url_.empty()) {
    const bool tls = !context.settings.Text("tls.certificate_file").empty();
    url_ = std::string(tls ? "https://" : "http://") + context.settings.Text("listen.host") + ":" +
           context.settings.Text("listen.port");
  }
  while (url_.ends_with('/')) url_.pop_back();
}

Result<HttpAnswer> ApiClient::Raw(const std::string& method, const std::string& path,
                                  const std::string& body, const std::string& content_type) const {
  HttpCall call;
  call.method = method;
  call.url = url_ + path;
  call.body = body;
  if (!content_type.empty()) call.headers.emplace_back("Content-Type", content_type);
  if (!token_.empty()) {
    if (!IsPrivate(url_)) {
      return Error(Code::kFailedPrecondition, "not sending a token to " + url_)
          .Why("without TLS everyone on the way could read it")
          .Help("use https://, or unset MOORING_TOKEN");
    }
    call.headers.emplace_back("Authorization", "Bearer " + token_);
  }
  auto answer = transport_->Send(call);
  if (answer.ok()) return answer;
  Error error = std::move(answer).error();
  if (error.help().empty()) {
    error = std::move(error).Help("is the server up? mooring serve, or name it with --server URL");
  }
  return error;
}

Error ApiClient::ProblemOf(const HttpAnswer& answer) {
  const auto body = Json::Parse(answer.body, {.name = "answer"});
  if (!body.ok() || !body->IsObject()) {
    return Error(CodeOf(answer.status, ""), "the server answered " + std::to_string(answer.status));
  }
  std::string message = TextOf(*body, "message");
  if (message.empty()) message = "the server answered " + std::to_string(answer.status);
  const std::string problems = ListOfProblems(*body);
  return Error(CodeOf(answer.status, TextOf(*body, "code")), std::move(message))
      .Where(TextOf(*body, "where"))
      .Why(problems.empty() ? TextOf(*body, "why") : problems)
      .Help(TextOf(*body, "help"));
}

Result<Json> ApiClient::Call(const std::string& method, const std::string& path,
                             const std::string& body, const std::string& content_type) const {
  ASSIGN_OR_RETURN(const HttpAnswer answer, Raw(method, path, body, content_type));
  if (answer.status < 200 || answer.status > 299) {
    Error problem = ProblemOf(answer);
    if (problem.code() != Code::kUnauthenticated) return problem;
    return std::move(problem).Help(
        token_.empty() ? "hand over a token: MOORING_TOKEN=mor_live_… mooring …; who administers "
                         "makes one with 'mooring token create'"
                       : "the token in MOORING_TOKEN is not valid there: 'mooring token list' says "
                         "which are");
  }
  auto parsed = Json::Parse(answer.body, {.name = "answer"});
  if (parsed.ok()) return parsed;
  return Error(Code::kUnavailable, url_ + " does not answer as a Mooring server does")
      .Why(parsed.error().message());
}

std::string ServerFlag(const Context& context) {
  const std::string& url = context.settings.Text("server");
  return url.empty() ? "" : " --server " + url;
}

std::string PathPart(std::string_view name) {
  constexpr std::string_view kPlain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-";
  constexpr char kDigits[] = "0123456789ABCDEF";
  std::string part;
  for (const char c : name) {
    const auto byte = static_cast<unsigned char>(c);
    if (kPlain.find(c) != std::string_view::npos) {
      part += c;
    } else {
      part += {'%', kDigits[byte >> 4], kDigits[byte & 15]};
    }
  }
  return part;
}

}  // namespace mooring::app::cli
