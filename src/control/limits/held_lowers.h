// HeldLowers: lowered limits that could not be written down: the disk is full, the book is gone. A
// lower never waits, so they are in force from memory until the book takes them; a restart before
// that forgets them, and who asked was told so.
//
//   RETURN_IF_ERROR(held.Hold(change));
//   held.Into(in_force);                     // each time what is in force is read
//   held.Write(book, now, on_written);       // now and then
//
// Thread safety: any thread.
#pragma once

#include <functional>
#include <mutex>
#include <vector>

#include "records/limit_book/limit_book.h"

namespace mooring::control {

class HeldLowers {
 public:
  static constexpr std::size_t kMost = 1000;

  // kResourceExhausted over kMost.
  Status Hold(const records::LimitChange& change);
  // Lowers what is higher; never raises.
  void Into(records::LimitsInForce& in_force) const;
  bool empty() const;
  // In their order, until the book refuses one again: that error. One that lowers nothing any more
  // is let go.
  Status Write(records::LimitBook& book, Time now,
               const std::function<void(const records::LimitChange&)>& on_written);

 private:
  mutable std::mutex mutex_;  // guards changes_
  std::vector<records::LimitChange> changes_;
};

}  // namespace mooring::control
