#include "data/store/blob_writer.h"

#include <condition_variable>
#include <mutex>
#include <thread>

#include "base/check.h"

namespace mooring::data {

// Syncs a file through a handle of its own, on a thread of its own, when asked to. Whether that
// works is of no account: Publish syncs the file itself.
class BlobWriter::EarlySync {
 public:
  explicit EarlySync(std::unique_ptr<File> file)
      : file_(std::move(file)), thread_([this](const std::stop_token& stop) { Run(stop); }) {}
  void Soon() {
    const std::scoped_lock lock(mutex_);
    wanted_ = true;
    changed_.notify_one();
  }

 private:
  void Run(const std::stop_token& stop) {
    for (;;) {
      {
        std::unique_lock lock(mutex_);
        if (!changed_.wait(lock, stop, [this] { return wanted_; })) return;
        wanted_ = false;
      }
      static_cast<void>(file_->Sync());
    }
  }

  const std::unique_ptr<File> file_;
  std::mutex mutex_;
  std::condition_variable_any changed_;
  bool wanted_ = false;  // guarded by mutex_
  std::jthread thread_;
};

BlobWriter::BlobWriter(BlobStore& store, BlobStore::Draft draft)
    : store_(store), draft_(std::move(draft)) {}

BlobWriter::~BlobWriter() {
  early_ = nullptr;
  if (!published_) static_cast<void>(store_.files_->Remove(draft_.path));
}

Status BlobWriter::Append(ByteSpan bytes) {
  RETURN_IF_ERROR(so_far_);
  so_far_ = draft_.file->WriteAt(bytes_, bytes);
  RETURN_IF_ERROR(so_far_);
  sum_.Update(bytes);
  bytes_ += bytes.size();
  if (bytes_ - synced_ < kEarlySyncBytes) return Ok();
  synced_ = bytes_;
  if (early_ == nullptr) {
    auto file = store_.files_->Open(draft_.path, OpenMode::kReadWrite);
    if (!file.ok()) return Ok();
    early_ = std::make_unique<EarlySync>(std::move(file).value());
  }
  early_->Soon();
  return Ok();
}

Result<BlobId> BlobWriter::Publish() {
  CHECK(!published_);
  RETURN_IF_ERROR(so_far_);
  so_far_ = Error(Code::kFailedPrecondition, "the blob was published before");
  early_ = nullptr;
  const BlobId id(sum_.Finish());
  published_ = true;  // or its draft is removed by the store
  RETURN_IF_ERROR(store_.Publish(std::move(draft_), store_.PathOf(id)));
  return id;
}

}  // namespace mooring::data
