// Command: runs a program of the operator's with the notification's JSON on stdin. No shell is
// between, so nothing in an alert can become a command. Exit code 0 is delivered; 65 (EX_DATAERR of
// sysexits.h) is refused for good; anything else, a signal or a missed deadline is tried again.
#include "control/delivery/sink.h"
#include "records/incidents/incident_limits.h"

namespace mooring::control {
namespace {

constexpr int kDataError = 65;

class CommandSink final : public Sink {
 public:
  CommandSink(const SinkConfig& config, const SinkSeams& seams)
      : Sink(config.audience), config_(config), seams_(seams) {}

  SinkAnswer Send(const records::Notification& notification) override {
    const auto ran = seams_.programs->Run({.arguments = config_.command,
                                           .input = BodyOf(notification) + "\n",
                                           .timeout = config_.timeout,
                                           .output_limit_bytes = limits::kSinkAnswerBytes});
    if (!ran.ok()) return {.text = ran.error().ToString()};
    SinkAnswer answer;
    answer.delivered = ran->exit_code == 0;
    answer.refused = ran->exit_code == kDataError;
    answer.text = ran->timed_out     ? "took too long and was ended"
                  : ran->signal != 0 ? "ended by signal " + std::to_string(ran->signal)
                                     : "exit code " + std::to_string(ran->exit_code);
    constexpr std::size_t kShown = 200;
    if (!answer.delivered && !ran->output.empty()) {
      answer.text += ": " + ran->output.substr(0, kShown);
    }
    return answer;
  }

 private:
  const SinkConfig config_;
  const SinkSeams seams_;
};

}  // namespace

std::unique_ptr<Sink> MakeCommandSink(const SinkConfig& config, const SinkSeams& seams) {
  return std::make_unique<CommandSink>(config, seams);
}

}  // namespace mooring::control
