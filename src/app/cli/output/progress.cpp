#include "app/cli/output/progress.h"

namespace mooring::app::cli {
namespace {

using std::chrono::milliseconds;
constexpr milliseconds kSilent{300}, kRedraw{100}, kPlainLine{10'000};

}  // namespace

Progress::Progress(Context& context, std::string what, std::uint64_t total)
    : context_(context),
      what_(std::move(what)),
      total_(total),
      start_(context.clock->Monotonic()),
      next_(start_ + (context.terminal.err ? kSilent : kPlainLine)) {}

Progress::~Progress() {
  if (drawn_ && context_.terminal.err) context_.err->Write("\r\x1b[K");
}

void Progress::Advance(std::uint64_t by) {
  done_ += by;
  const Nanos now = context_.clock->Monotonic();
  if (context_.quiet || now < next_) return;
  next_ = now + (context_.terminal.err ? kRedraw : kPlainLine);
  drawn_ = true;
  context_.err->Write(context_.terminal.err ? "\r" + Line(now) + "\x1b[K" : Line(now) + "\n");
}

std::string Progress::Line(Nanos now) const {
  const double seconds = std::chrono::duration<double>(now - start_).count();
  const auto rate = static_cast<std::uint64_t>(static_cast<double>(done_) / seconds);
  std::string line = what_ + " " + std::to_string(done_);
  if (total_ > 0) line += "/" + std::to_string(total_);
  line += ", " + std::to_string(rate) + "/s";
  if (total_ > done_ && rate > 0)
    line += ", " + std::to_string((total_ - done_) / rate) + " s left";
  return line;
}

}  // namespace mooring::app::cli
