// OidcKeys: the key set of an OpenID provider, fetched from it and kept: at the start, every hour,
// and when a token names a key that is not known, but at most once a minute. The last good set is
// kept in the data directory, so that a start without network knows the callers of yesterday.
//
// A set that cannot be fetched, or has no sense, leaves the one in use. The kept one counts for the
// same issuer and URL alone. Only https is asked, or http on this machine itself; redirects are not
// followed; an answer has at most kAnswerBytes and kTimeout.
//
// Thread safety: Want from any thread, without blocking; the rest from one. Failure: Check says
// what is wrong with a URL; what a fetch met is told to `on_problem`, once a try.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/io/file_system.h"
#include "base/net/transport.h"

namespace mooring::app {

class OidcKeys {
 public:
  static constexpr std::chrono::minutes kSoonest{1};  // between two tries
  static constexpr std::chrono::hours kEvery{1};
  static constexpr std::chrono::seconds kTimeout{5};
  static constexpr std::size_t kAnswerBytes = 256 * limits::kKiB;

  struct Options {
    std::string issuer, url;
    std::string kept_file;                             // in the data directory
    FileSystem* files = nullptr;                       // all required
    const Clock* clock = nullptr;                      // its monotonic time counts
    Transport* transport = nullptr;                    //
    std::function<Status(std::string_view json)> use;  // an error: the set has no sense
    std::function<void(const Error&)> on_problem = {};
  };
  explicit OidcKeys(Options options) : options_(std::move(options)) {}

  // kInvalidArgument unless https://, or http:// on loopback; no user in it, no control characters.
  static Status CheckUrl(std::string_view url);

  // The kept set, then what the provider says. Without either nobody of it is let in until Run gets
  // one.
  void Open();
  void Run(const std::stop_token& stop);
  // A key is wanted that is not known.
  void Want();
  // Fetches when it is time; whether it tried. Run's step.
  bool Look();

 private:
  Status UseKept();
  Status Fetch();
  void Keep(std::string_view json);
  void Tell(const Error& error) const;

  const Options options_;
  std::optional<Nanos> tried_;
  bool good_ = false;  // the newest try
  std::mutex mutex_;   // guards wanted_
  bool wanted_ = false;
  std::condition_variable_any wake_;
};

}  // namespace mooring::app
