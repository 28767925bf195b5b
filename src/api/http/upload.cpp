#include "api/http/upload.h"

#include <utility>

#include "base/check.h"

namespace mooring::api {

std::optional<Result<BodySource::Piece>> Upload::Next(std::function<void()> later) {
  std::optional<Result<Piece>> next;
  bool nudge = false;
  {
    const std::scoped_lock lock(mutex_);
    nudge = std::exchange(nudges_, false);
    asked_ = true;
    if (failed_) {
      next = *failed_;
    } else if (ready_) {
      ended_ = ready_->last;
      next = std::move(*ready_);
      ready_.reset();
    } else if (ended_) {
      next = Piece{"", true};
    } else {
      later_ = std::move(later);
    }
  }
  if (nudge) nudge_();
  return next;
}

bool Upload::HasRoom() {
  const std::scoped_lock lock(mutex_);
  if (ready_) nudges_ = true;
  return !ready_;
}

void Upload::Give(Piece piece) {
  std::function<void()> later;
  {
    const std::scoped_lock lock(mutex_);
    CHECK(!ready_ && !ended_);
    ready_ = std::move(piece);
    later.swap(later_);
  }
  if (later) later();
}

void Upload::Fail(Error error) {
  std::function<void()> later;
  {
    const std::scoped_lock lock(mutex_);
    if (ended_ || failed_ || (ready_ && ready_->last)) return;
    failed_ = std::move(error);
    ready_.reset();
    later.swap(later_);
  }
  if (later) later();
}

bool Upload::WasAsked() {
  const std::scoped_lock lock(mutex_);
  if (!asked_) nudges_ = true;
  return asked_;
}

}  // namespace mooring::api
