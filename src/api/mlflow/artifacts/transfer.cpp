#include "api/mlflow/artifacts/transfer.h"

#include <mutex>

#include "api/http/byte_range.h"
#include "api/mlflow/artifacts/attachment.h"

namespace mooring::api::mlflow {
namespace {

using records::ArtifactReader;
using records::ArtifactStore;
using records::ArtifactUpload;

Error Busy() {
  return Error(Code::kUnavailable, "too many calls of this kind are waiting")
      .Help("nothing was changed; come back in a moment");
}

// Runs the work aside, or at once where there are no workers; false when they take no more.
bool Aside(const Call& call, std::function<void()> work) {
  const Worker& worker = call.api->use.mlflow;
  if (worker) return worker(std::move(work));
  work();
  return true;
}

// One upload on its way.
class Receiving : public std::enable_shared_from_this<Receiving> {
 public:
  Receiving(const Call& call, Taking taking) : call_(call), taking_(std::move(taking)) {}

  // On the loop's thread. A small body comes right behind its head: nothing is asked of the workers
  // before it is here.
  void Start() {
    if (call_.request->stream == nullptr) {
      first_ = BodySource::Piece{std::string(call_.request->body), true};
    } else {
      first_ = Next();
      if (!first_) return;
    }
    Soon();
  }

 private:
  std::optional<Result<BodySource::Piece>> Next() {
    return call_.request->stream->Next([self = shared_from_this()] { self->Soon(); });
  }
  void Soon() {
    if (!Aside(call_, [self = shared_from_this()] { self->Take(); })) call_.Refuse(Busy());
  }
  void Take() {
    if (!begun_) {
      if (const Status begun = taking_.begin(); !begun.ok()) return call_.Refuse(begun.error());
      begun_ = true;
    }
    for (;;) {
      auto next = first_ ? std::exchange(first_, std::nullopt) : Next();
      if (!next) return;
      if (!next->ok()) return call_.Refuse(next->error());
      if (const Status kept = taking_.append(AsBytes((*next)->bytes)); !kept.ok())
        return call_.Refuse(kept.error());
      if ((*next)->last) break;
    }
    Result<Response> answer = taking_.end();
    if (!answer.ok()) return call_.Refuse(answer.error());
    call_.Answer(std::move(*answer));
  }

  const Call call_;
  const Taking taking_;
  bool begun_ = false;
  std::optional<Result<BodySource::Piece>> first_;
};

// A part of a file as the body of an answer: one piece is read ahead on the workers.
class FilePart final : public BodySource, public std::enable_shared_from_this<FilePart> {
 public:
  FilePart(std::shared_ptr<Api> api, std::unique_ptr<ArtifactReader> reader, ByteRange range)
      : api_(std::move(api)),
        reader_(std::move(reader)),
        at_(range.first),
        end_(range.first + range.bytes) {}

  std::optional<Result<Piece>> Next(std::function<void()> later) override {
    std::optional<Result<Piece>> next;
    bool read = false;
    {
      const std::scoped_lock lock(mutex_);
      next.swap(ready_);
      if (!next) later_ = std::move(later);
      read = !reading_ && !ended_;
      reading_ = reading_ || read;
    }
    if (read) ReadSoon();
    return next;
  }

  // Reads a piece now; on a worker.
  void Read() {
    const auto want = static_cast<std::size_t>(std::min<std::uint64_t>(kPieceBytes, end_ - at_));
    Result<ByteSpan> bytes = reader_->Read(at_, want);
    if (!bytes.ok()) return Put(bytes.error());
    at_ += bytes->size();
    Put(Piece{std::string(AsText(*bytes)), at_ == end_ || bytes->empty()});
  }

 private:
  void ReadSoon() {
    const Worker& worker = api_->use.mlflow;
    if (worker && !worker([self = shared_from_this()] { self->Read(); })) return Put(Busy());
    if (!worker) Read();
  }
  void Put(Result<Piece> piece) {
    std::function<void()> later;
    {
      const std::scoped_lock lock(mutex_);
      reading_ = false;
      ended_ = !piece.ok() || piece->last;
      ready_ = std::move(piece);
      later.swap(later_);
    }
    if (later) later();
  }

  const std::shared_ptr<Api> api_;
  const std::unique_ptr<ArtifactReader> reader_;  // used by whoever reads
  std::uint64_t at_;                              // so is this
  const std::uint64_t end_;
  std::mutex mutex_;  // guards all below
  std::optional<Result<Piece>> ready_;
  std::function<void()> later_;
  bool reading_ = false, ended_ = false;
};

std::string RangeText(const ByteRange& range, std::uint64_t size) {
  if (!range.satisfiable) return "bytes */" + std::to_string(size);
  return "bytes " + std::to_string(range.first) + "-" +
         std::to_string(range.first + range.bytes - 1) + "/" + std::to_string(size);
}

}  // namespace

void Receive(const Call& call, Taking taking) {
  std::make_shared<Receiving>(call, std::move(taking))->Start();
}

void Receive(const Call& call, ArtifactStore& store, std::string path) {
  const auto upload = std::make_shared<std::unique_ptr<ArtifactUpload>>();
  Taking taking;
  taking.begin = [&store, upload]() -> Status {
    ASSIGN_OR_RETURN(*upload, store.Begin());
    return Ok();
  };
  taking.append = [upload](ByteSpan bytes) { return (*upload)->Append(bytes); };
  taking.end = [upload, path = std::move(path)]() -> Result<Response> {
    RETURN_IF_ERROR((*upload)->Publish(path));
    Response response;
    response.body = "{}";
    return response;
  };
  Receive(call, std::move(taking));
}

void SendFile(const Call& call, ArtifactStore& store, std::string_view path) {
  auto opened = store.Get(path);
  if (!opened.ok()) return call.Refuse(opened.error());
  std::unique_ptr<ArtifactReader> reader = std::move(*opened);
  const std::uint64_t size = reader->size();
  const std::string tag = "\"" + reader->sha256() + "\"";
  const std::string_view only_of = call.request->Header("If-Range");
  const bool may_part = only_of.empty() || only_of == tag;
  const ByteRange range = ParseRange(may_part ? call.request->Header("Range") : "", size);
  Response response = Attachment(path.substr(path.rfind('/') + 1));
  response.headers.emplace_back("ETag", tag);
  response.headers.emplace_back("Accept-Ranges", "bytes");
  if (range.partial) {
    response.status = range.satisfiable ? 206 : 416;
    response.headers.emplace_back("Content-Range", RangeText(range, size));
  }
  const bool head = call.request->method == Method::kHead;
  if (range.satisfiable && !head && range.bytes <= kPieceBytes) {
    const auto bytes = reader->Read(range.first, static_cast<std::size_t>(range.bytes));
    if (!bytes.ok()) return call.Refuse(bytes.error());
    response.body = AsText(*bytes);
  } else if (range.satisfiable) {
    const auto part = std::make_shared<FilePart>(call.api, std::move(reader), range);
    response.stream_bytes = range.bytes;
    response.stream = part;
  }
  call.Answer(std::move(response));
}

}  // namespace mooring::api::mlflow
