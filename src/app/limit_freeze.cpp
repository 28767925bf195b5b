#include "app/limit_freeze.h"

#include "base/text/json.h"
#include "base/text/json_writer.h"

namespace mooring::app {
namespace {

constexpr std::size_t kMostBytes = 4096;

// 0 when the file does not say.
std::int64_t StoodAt(FileSystem& files, const std::string& file) {
  const auto text = files.ReadFile(file, kMostBytes);
  if (!text.ok()) return 0;
  const auto json = Json::Parse(*text, {.name = "limits.frozen"});
  if (!json.ok()) return 0;
  const auto stood = json->GetInt("stood_us");
  return stood.ok() ? *stood : 0;
}

}  // namespace

bool LimitFreeze::Restore() {
  const std::lock_guard lock(mutex_);
  if (file_.empty() || !files_.Exists(file_)) return false;
  ledger_.Freeze(StoodAt(files_, file_));
  return kept_ = true;
}

Status LimitFreeze::Keep() {
  const std::lock_guard lock(mutex_);
  if (kept_ || file_.empty()) return Ok();
  const std::int64_t stood = ledger_.Now();
  if (!ledger_.frozen()) return Ok();
  std::string text;
  JsonWriter(text).BeginObject().Member("stood_us", stood).EndObject();
  RETURN_IF_ERROR(files_.WriteFileDurably(file_, AsBytes(text)));
  kept_ = true;
  return Ok();
}

Status LimitFreeze::Thaw() {
  const std::lock_guard lock(mutex_);
  if (!file_.empty() && files_.Exists(file_)) RETURN_IF_ERROR(files_.Remove(file_));
  kept_ = false;
  ledger_.Thaw();
  return Ok();
}

}  // namespace mooring::app
