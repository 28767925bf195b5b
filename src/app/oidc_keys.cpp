#include "app/oidc_keys.h"

#include "base/text/json.h"
#include "base/text/json_writer.h"

namespace mooring::app {
namespace {

constexpr std::size_t kKeptBytes = 4 * OidcKeys::kAnswerBytes;
constexpr std::chrono::seconds kLookEvery{1};

Error BadUrl(std::string_view url, std::string why) {
  return Error(Code::kInvalidArgument, "keys are not fetched from '" + std::string(url) + "'")
      .Why(std::move(why))
      .Help("give the provider's jwks_uri, https://…");
}

// Of "host:port" or "[::1]:port".
std::string_view HostOf(std::string_view authority) {
  if (authority.starts_with('[')) return authority.substr(0, authority.find(']') + 1);
  return authority.substr(0, authority.find(':'));
}

bool IsLoopback(std::string_view host) {
  return host == "127.0.0.1" || host == "[::1]" || host == "localhost";
}

}  // namespace

Status OidcKeys::CheckUrl(std::string_view url) {
  constexpr std::string_view kSecure = "https://", kPlain = "http://";
  const bool secure = url.starts_with(kSecure);
  if (!secure && !url.starts_with(kPlain)) return BadUrl(url, "only https is asked");
  for (const char c : url) {
    if (static_cast<unsigned char>(c) <= ' ' || c == 0x7F || c == '\\') {
      return BadUrl(url, "a URL has no blanks, control characters or backslashes");
    }
  }
  const std::string_view rest = url.substr(secure ? kSecure.size() : kPlain.size());
  const std::string_view authority = rest.substr(0, rest.find_first_of("/?#"));
  if (authority.find('@') != authority.npos) return BadUrl(url, "it names a user");
  if (HostOf(authority).empty()) return BadUrl(url, "it names no host");
  if (secure || IsLoopback(HostOf(authority))) return Ok();
  return BadUrl(url, "over plain http anybody on the way could say who may sign");
}

void OidcKeys::Tell(const Error& error) const {
  if (options_.on_problem) options_.on_problem(error);
}

void OidcKeys::Open() {
  const Status kept = UseKept();
  if (!kept.ok() && kept.error().code() != Code::kNotFound) Tell(kept.error());
  // A start does not wait for a provider whose keys are known.
  if (!kept.ok()) Look();
}

void OidcKeys::Run(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    Look();
    std::unique_lock lock(mutex_);
    // What was wanted sooner than it may be stays wanted, and is looked at each second.
    const bool waits = wanted_;
    wake_.wait_for(lock, stop, kLookEvery, [this, waits] { return wanted_ && !waits; });
  }
}

void OidcKeys::Want() {
  const std::lock_guard lock(mutex_);
  wanted_ = true;
  wake_.notify_all();
}

bool OidcKeys::Look() {
  const Nanos now = options_.clock->Monotonic();
  bool wanted = false;
  {
    const std::lock_guard lock(mutex_);
    wanted = wanted_ || !good_;
  }
  if (tried_ && now - *tried_ < (wanted ? Nanos(kSoonest) : Nanos(kEvery))) return false;
  {
    const std::lock_guard lock(mutex_);
    wanted_ = false;
  }
  tried_ = now;
  const Status fetched = Fetch();
  good_ = fetched.ok();
  if (!fetched.ok()) Tell(fetched.error());
  return true;
}

Status OidcKeys::Fetch() {
  ASSIGN_OR_RETURN(const HttpAnswer answer,
                   options_.transport->Send({.url = options_.url,
                                             .headers = {{"Accept", "application/json"}},
                                             .timeout = kTimeout,
                                             .answer_limit_bytes = kAnswerBytes}));
  if (answer.status != 200) {
    return Error(Code::kUnavailable, "the provider's keys cannot be fetched")
        .Where(options_.url)
        .Why("it answers " + std::to_string(answer.status));
  }
  const Status used = options_.use(answer.body);
  if (!used.ok()) {
    return Error(used.error()).Context("the provider's keys were fetched and are not used");
  }
  Keep(answer.body);
  return Ok();
}

void OidcKeys::Keep(std::string_view json) {
  std::string text;
  JsonWriter writer(text);
  writer.BeginObject().Member("issuer", options_.issuer).Member("url", options_.url);
  writer.Member("keys", json).EndObject();
  const auto before = options_.files->ReadFile(options_.kept_file, kKeptBytes);
  if (before.ok() && *before == text) return;
  const Status kept = options_.files->WriteFileDurably(options_.kept_file, AsBytes(text));
  if (!kept.ok()) Tell(kept.error());
}

Status OidcKeys::UseKept() {
  ASSIGN_OR_RETURN(const std::string text,
                   options_.files->ReadFile(options_.kept_file, kKeptBytes));
  ASSIGN_OR_RETURN(const Json json, Json::Parse(text, {.name = "kept keys"}));
  ASSIGN_OR_RETURN(const std::string_view issuer, json.GetString("issuer"));
  ASSIGN_OR_RETURN(const std::string_view url, json.GetString("url"));
  ASSIGN_OR_RETURN(const std::string_view keys, json.GetString("keys"));
  if (issuer != options_.issuer || url != options_.url) {
    return Error(Code::kNotFound, "the keys that are kept are another provider's");
  }
  return options_.use(keys);
}

}  // namespace mooring::app
