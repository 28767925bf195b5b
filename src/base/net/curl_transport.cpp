#include <curl/curl.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cstring>
#include <memory>
#include <mutex>

#include "base/net/public_address.h"
#include "base/net/transport.h"

namespace mooring {
namespace {

struct FreeHandle {
  void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
};
struct FreeList {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using HeaderList = std::unique_ptr<curl_slist, FreeList>;

struct Body {
  std::string bytes;
  std::size_t limit = 0;
  bool too_large = false;
};

// libcurl calls this; a count other than `size` ends the transfer.
std::size_t Receive(char* at, std::size_t, std::size_t size, void* context) {
  auto& body = *static_cast<Body*>(context);
  body.too_large = size > body.limit - body.bytes.size();
  if (body.too_large) return 0;
  body.bytes.append(at, size);
  return size;
}

// A handle keeps its connections, so each thread has one for all its calls.
CURL* ThreadHandle() {
  static std::once_flag once;
  std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
  thread_local std::unique_ptr<CURL, FreeHandle> handle(curl_easy_init());
  return handle.get();
}

bool HasControlCharacter(const std::string& text) {
  for (const char c : text) {
    if (static_cast<unsigned char>(c) < ' ' || c == 0x7F) return true;
  }
  return false;
}

// A line break in any of these would let one call carry another.
Status CheckCall(const HttpCall& call) {
  bool bad =
      HasControlCharacter(call.url) || HasControlCharacter(call.method) || call.method.empty();
  for (const auto& [name, value] : call.headers) {
    bad = bad || name.empty() || HasControlCharacter(name) || HasControlCharacter(value);
  }
  if (!bad) return Ok();
  return Error(Code::kInvalidArgument,
               "a method, URL or header is empty or has a control character");
}

Status SetUrl(CURL* curl, const std::string& url) {
  constexpr std::string_view kUnix = "unix:";
  if (!url.starts_with(kUnix)) {
    if (!url.starts_with("http://") && !url.starts_with("https://")) {
      return Error(Code::kInvalidArgument, "cannot call " + url)
          .Why("a URL starts with http://, https:// or unix:");
    }
    curl_easy_setopt(curl, CURLOPT_URL, url.c_str());
    return Ok();
  }
  const std::size_t colon = url.find(":/", kUnix.size());
  if (colon == std::string::npos || colon == kUnix.size()) {
    return Error(Code::kInvalidArgument, "cannot call " + url)
        .Why("a socket's URL looks like unix:/path/to/socket:/http/path");
  }
  const std::string socket = url.substr(kUnix.size(), colon - kUnix.size());
  curl_easy_setopt(curl, CURLOPT_UNIX_SOCKET_PATH, socket.c_str());
  curl_easy_setopt(curl, CURLOPT_URL, ("http://localhost" + url.substr(colon + 1)).c_str());
  return Ok();
}

Result<HeaderList> SetHeaders(CURL* curl, const HttpCall& call) {
  HeaderList list;
  const auto append = [&list](const std::string& line) {
    curl_slist* longer = curl_slist_append(list.get(), line.c_str());
    if (longer == nullptr) return false;
    static_cast<void>(list.release());
    list.reset(longer);
    return true;
  };
  bool good = append("Expect:");  // no waiting for permission to send a body
  for (const auto& [name, value] : call.headers) {
    good = good && append(value.empty() ? name + ";" : name + ": " + value);
  }
  if (!good) return Error(Code::kResourceExhausted, "no memory for headers");
  curl_easy_setopt(curl, CURLOPT_HTTPHEADER, list.get());
  return list;
}

void SetMethod(CURL* curl, const HttpCall& call) {
  if (call.method == "HEAD") curl_easy_setopt(curl, CURLOPT_NOBODY, 1L);
  if (!call.body.empty() || call.method == "POST" || call.method == "PUT") {
    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, call.body.data());
    curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(call.body.size()));
  }
  curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, call.method.c_str());
}

void SetBounds(CURL* curl, const HttpCall& call, Body& body) {
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(curl, CURLOPT_PROXY, "");  // the environment decides nothing
  curl_easy_setopt(curl, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, std::max(1L, static_cast<long>(call.timeout.count())));
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, Receive);
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, &body);
}

// libcurl calls this with the address that it is about to connect to: after the name was resolved,
// so no name can mean one thing when it is checked and another when it is used.
curl_socket_t OpenPublic(void*, curlsocktype, curl_sockaddr* to) {
  std::uint8_t bytes[16] = {};
  std::size_t size = 0;
  if (to->family == AF_INET) {
    sockaddr_in v4;
    std::memcpy(&v4, &to->addr, sizeof v4);
    std::memcpy(bytes, &v4.sin_addr, size = 4);
  } else if (to->family == AF_INET6 && to->addrlen >= sizeof(sockaddr_in6)) {
    // curl_sockaddr is longer than its last member says.
    sockaddr_in6 v6;
    std::memcpy(&v6, static_cast<const void*>(&to->addr), sizeof v6);
    std::memcpy(bytes, &v6.sin6_addr, size = 16);
  }
  if (!IsPublicAddress({bytes, size})) return CURL_SOCKET_BAD;
  return socket(to->family, to->socktype | SOCK_CLOEXEC, to->protocol);
}

void SetPublicOnly(CURL* curl) {
  curl_easy_setopt(curl, CURLOPT_OPENSOCKETFUNCTION, OpenPublic);
  // A connection that another call left open was not asked.
  curl_easy_setopt(curl, CURLOPT_FRESH_CONNECT, 1L);
  curl_easy_setopt(curl, CURLOPT_FORBID_REUSE, 1L);
}

Error CallError(const HttpCall& call, const Body& body, CURLcode code) {
  const std::string what = "cannot call " + call.url;
  if (body.too_large) {
    return Error(Code::kTooLarge, what)
        .Why("the answer is longer than " + std::to_string(body.limit) + " bytes");
  }
  if (code == CURLE_OPERATION_TIMEDOUT) {
    return Error(Code::kDeadlineExceeded, what)
        .Why("no whole answer within " + std::to_string(call.timeout.count()) + " ms");
  }
  if (code == CURLE_URL_MALFORMAT || code == CURLE_UNSUPPORTED_PROTOCOL) {
    return Error(Code::kInvalidArgument, what).Why(curl_easy_strerror(code));
  }
  return Error(Code::kUnavailable, what).Why(curl_easy_strerror(code));
}

class Curl final : public Transport {
 public:
  Result<HttpAnswer> Send(const HttpCall& call) override {
    RETURN_IF_ERROR(CheckCall(call));
    if (call.public_only && call.url.starts_with("unix:")) {
      return Error(Code::kInvalidArgument, "a socket of this machine is not a public address");
    }
    CURL* const curl = ThreadHandle();
    if (curl == nullptr) return Error(Code::kResourceExhausted, "no memory for a connection");
    curl_easy_reset(curl);  // forgets options, keeps connections
    Body body{.limit = call.answer_limit_bytes};
    RETURN_IF_ERROR(SetUrl(curl, call.url));
    ASSIGN_OR_RETURN(const HeaderList headers, SetHeaders(curl, call));
    SetMethod(curl, call);
    SetBounds(curl, call, body);
    if (call.public_only) SetPublicOnly(curl);
    const CURLcode code = curl_easy_perform(curl);
    if (code != CURLE_OK) return CallError(call, body, code);
    return AnswerOf(curl, std::move(body.bytes));
  }

 private:
  static HttpAnswer AnswerOf(CURL* curl, std::string bytes) {
    HttpAnswer answer;
    long status = 0;
    const char* content_type = nullptr;
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    curl_easy_getinfo(curl, CURLINFO_CONTENT_TYPE, &content_type);
    answer.status = static_cast<int>(status);
    if (content_type != nullptr) answer.content_type = content_type;
    answer.body = std::move(bytes);
    return answer;
  }
};

}  // namespace

std::unique_ptr<Transport> CurlTransport() { return std::make_unique<Curl>(); }

}  // namespace mooring
