#include "api/http/inflate.h"

#include <zlib.h>

namespace mooring::api {
namespace {

// Tables as JSON pack to a tenth or a twentieth; what packs to less than this is a bomb.
constexpr std::size_t kMostRatio = 64, kFree = std::size_t{1} << 20;

class Stream {
 public:
  // 15 bits of window, and 32: gzip or zlib by their headers.
  Stream() : ready_(inflateInit2(&z_, 15 + 32) == Z_OK) {}
  ~Stream() {
    if (ready_) inflateEnd(&z_);
  }
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;
  bool ready() const { return ready_; }
  z_stream& z() { return z_; }

 private:
  z_stream z_{};
  bool ready_;
};

Error Bad(const char* what) {
  return Error(Code::kInvalidArgument, what).Where("the compressed body");
}

}  // namespace

Result<std::string> Inflate(std::string_view packed, std::size_t limit_bytes) {
  Stream stream;
  if (!stream.ready()) return Error(Code::kResourceExhausted, "no memory to unpack the body");
  z_stream& z = stream.z();
  z.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
  z.avail_in = static_cast<uInt>(packed.size());
  if (packed.size() != z.avail_in)
    return Error(Code::kTooLarge, "the compressed body is too large");
  std::string out;
  char chunk[16 * 1024];
  int state = Z_OK;
  while (state == Z_OK) {
    z.next_out = reinterpret_cast<Bytef*>(chunk);
    z.avail_out = sizeof chunk;
    state = inflate(&z, Z_NO_FLUSH);
    const std::size_t got = sizeof chunk - z.avail_out;
    if (got > limit_bytes - out.size()) {
      return Error(Code::kTooLarge, "the body unpacks to more than the limit of a request body");
    }
    out.append(chunk, got);
    if (out.size() > kFree && out.size() / kMostRatio > packed.size() - z.avail_in) {
      return Error(Code::kTooLarge, "the body unpacks to more than " +
                                        std::to_string(kMostRatio) + " times its size");
    }
    if (state == Z_OK && got == 0 && z.avail_in == 0) break;
  }
  if (state != Z_STREAM_END) return Bad("the body is not valid gzip or zlib data");
  if (z.avail_in != 0) return Bad("bytes follow the end of the compressed body");
  return out;
}

}  // namespace mooring::api
