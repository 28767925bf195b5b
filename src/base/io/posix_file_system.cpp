#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "base/io/file_system.h"

namespace mooring {
namespace {

Error SystemError(const std::string& what, const std::string& path, int number) {
  Code code = Code::kUnavailable;
  if (number == ENOENT || number == ENOTDIR) code = Code::kNotFound;
  if (number == EEXIST) code = Code::kAlreadyExists;
  if (number == ENOSPC || number == EDQUOT || number == EMFILE || number == ENFILE) {
    code = Code::kResourceExhausted;
  }
  if (number == EACCES || number == EPERM || number == EROFS) code = Code::kPermissionDenied;
  return Error(code, what + " " + path + ": " + std::strerror(number));
}

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  int get() const { return fd_; }

 private:
  int fd_;
};

class PosixFile final : public File {
 public:
  PosixFile(int fd, std::string path) : fd_(fd), path_(std::move(path)) {}

  Result<std::size_t> ReadAt(std::uint64_t offset, std::span<std::byte> out) override {
    std::size_t done = 0;
    while (done < out.size()) {
      const ssize_t got = ::pread(fd_.get(), out.data() + done, out.size() - done,
                                  static_cast<off_t>(offset + done));
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) return SystemError("cannot read", path_, errno);
      if (got == 0) break;
      done += static_cast<std::size_t>(got);
    }
    return done;
  }

  Status WriteAt(std::uint64_t offset, ByteSpan bytes) override {
    std::size_t done = 0;
    while (done < bytes.size()) {
      const ssize_t put = ::pwrite(fd_.get(), bytes.data() + done, bytes.size() - done,
                                   static_cast<off_t>(offset + done));
      if (put < 0 && errno == EINTR) continue;
      if (put < 0) return SystemError("cannot write", path_, errno);
      done += static_cast<std::size_t>(put);
    }
    return Ok();
  }

  Status Sync() override {
    if (::fdatasync(fd_.get()) != 0) return SystemError("cannot sync", path_, errno);
    return Ok();
  }

  Status Truncate(std::uint64_t size) override {
    if (::ftruncate(fd_.get(), static_cast<off_t>(size)) != 0) {
      return SystemError("cannot truncate", path_, errno);
    }
    return Ok();
  }

  Status Allocate(std::uint64_t size) override {
    if (const int failed = ::posix_fallocate(fd_.get(), 0, static_cast<off_t>(size)); failed != 0) {
      return SystemError("cannot reserve space for", path_, failed);
    }
    return Ok();
  }

  Result<std::uint64_t> Size() override {
    struct stat facts {};
    if (::fstat(fd_.get(), &facts) != 0) return SystemError("cannot stat", path_, errno);
    return static_cast<std::uint64_t>(facts.st_size);
  }

  Result<bool> IsAt(const std::string& path) override {
    struct stat mine {}, there {};
    if (::fstat(fd_.get(), &mine) != 0) return SystemError("cannot stat", path_, errno);
    if (mine.st_nlink == 0) return false;
    if (::stat(path.c_str(), &there) == 0) {
      return mine.st_dev == there.st_dev && mine.st_ino == there.st_ino;
    }
    if (errno == ENOENT || errno == ENOTDIR) return false;
    return SystemError("cannot stat", path, errno);
  }

 private:
  Descriptor fd_;
  std::string path_;
};

class PosixMapping final : public MappedFile {
 public:
  PosixMapping(void* at, std::size_t size) : at_(at), size_(size) {}
  PosixMapping(const PosixMapping&) = delete;
  PosixMapping& operator=(const PosixMapping&) = delete;
  ~PosixMapping() override {
    if (size_ != 0) ::munmap(at_, size_);
  }
  ByteSpan bytes() const override { return {static_cast<const std::byte*>(at_), size_}; }

 private:
  void* at_;
  std::size_t size_;
};

class PosixLock final : public FileLock {
 public:
  explicit PosixLock(int fd) : fd_(fd) {}

 private:
  Descriptor fd_;  // closing it releases the flock
};

class Posix final : public FileSystem {
 public:
  Result<std::unique_ptr<File>> Open(const std::string& path, OpenMode mode) override {
    int flags = O_CLOEXEC | O_RDONLY;
    if (mode == OpenMode::kReadWrite) flags = O_CLOEXEC | O_RDWR | O_CREAT;
    if (mode == OpenMode::kCreateNew) flags = O_CLOEXEC | O_RDWR | O_CREAT | O_EXCL;
    const bool is_private = mode == OpenMode::kCreatePrivate;
    if (is_private) flags = O_CLOEXEC | O_RDWR | O_CREAT | O_EXCL;
    const int fd = ::open(path.c_str(), flags, is_private ? 0600 : 0640);
    if (fd < 0) return SystemError("cannot open", path, errno);
    return std::unique_ptr<File>(std::make_unique<PosixFile>(fd, path));
  }

  Result<std::unique_ptr<MappedFile>> Map(const std::string& path) override {
    const Descriptor fd(::open(path.c_str(), O_CLOEXEC | O_RDONLY));
    if (fd.get() < 0) return SystemError("cannot open", path, errno);
    struct stat facts {};
    if (::fstat(fd.get(), &facts) != 0) return SystemError("cannot stat", path, errno);
    const auto size = static_cast<std::size_t>(facts.st_size);
    void* at = nullptr;
    if (size != 0) {
      at = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, fd.get(), 0);
      if (at == MAP_FAILED) return SystemError("cannot map", path, errno);
    }
    return std::unique_ptr<MappedFile>(std::make_unique<PosixMapping>(at, size));
  }

  Result<FileStat> Stat(const std::string& path) override {
    struct stat facts {};
    struct stat own {};
    if (::stat(path.c_str(), &facts) != 0) {
      const int reason = errno;
      // A name that is taken by a link to nowhere is not an absent one.
      if (reason == ENOENT && ::lstat(path.c_str(), &own) == 0) {
        return Error(Code::kFailedPrecondition, path + " is a link that leads nowhere");
      }
      return SystemError("cannot stat", path, reason);
    }
    if (::lstat(path.c_str(), &own) != 0) return SystemError("cannot stat", path, errno);
    return FileStat{.size = static_cast<std::uint64_t>(facts.st_size),
                    .is_directory = S_ISDIR(facts.st_mode),
                    .permissions = static_cast<std::uint32_t>(facts.st_mode & 0777U),
                    .is_file = S_ISREG(facts.st_mode),
                    .is_link = S_ISLNK(own.st_mode)};
  }

  Result<std::vector<std::string>> List(const std::string& directory) override {
    const std::unique_ptr<DIR, int (*)(DIR*)> dir(::opendir(directory.c_str()), ::closedir);
    if (dir == nullptr) return SystemError("cannot list", directory, errno);
    std::vector<std::string> names;
    while (const dirent* entry = ::readdir(dir.get())) {
      const std::string name = entry->d_name;
      if (name != "." && name != "..") names.push_back(name);
    }
    std::sort(names.begin(), names.end());
    return names;
  }

  Status MakeDirectories(const std::string& path) override {
    for (std::size_t at = 1; at <= path.size(); ++at) {
      if (at != path.size() && path[at] != '/') continue;
      const std::string part = path.substr(0, at);
      if (::mkdir(part.c_str(), 0750) == 0) {
        const auto slash = part.rfind('/');
        if (slash == std::string::npos) RETURN_IF_ERROR(SyncDirectory("."));
        if (slash != std::string::npos) RETURN_IF_ERROR(SyncDirectory(part.substr(0, slash + 1)));
      } else if (errno != EEXIST) {
        return SystemError("cannot make directory", part, errno);
      }
    }
    ASSIGN_OR_RETURN(const FileStat made, Stat(path));
    if (!made.is_directory) return SystemError("cannot make directory", path, EEXIST);
    return Ok();
  }

  Status Rename(const std::string& from, const std::string& to) override {
    if (::rename(from.c_str(), to.c_str()) != 0) return SystemError("cannot rename", from, errno);
    return Ok();
  }

  Status Remove(const std::string& path) override {
    if (::remove(path.c_str()) != 0) return SystemError("cannot remove", path, errno);
    return Ok();
  }

  Status SyncDirectory(const std::string& path) override {
    const Descriptor fd(::open(path.c_str(), O_CLOEXEC | O_RDONLY | O_DIRECTORY));
    if (fd.get() < 0) return SystemError("cannot open", path, errno);
    if (::fsync(fd.get()) != 0) return SystemError("cannot sync", path, errno);
    return Ok();
  }

  Result<std::unique_ptr<FileLock>> Lock(const std::string& path) override {
    const int fd = ::open(path.c_str(), O_CLOEXEC | O_RDWR | O_CREAT, 0640);
    if (fd < 0) return SystemError("cannot open", path, errno);
    auto lock = std::make_unique<PosixLock>(fd);
    if (::flock(fd, LOCK_EX | LOCK_NB) != 0) {
      return Error(Code::kConflict, path + " is held by another process")
          .Help("stop the other process, or use another data directory");
    }
    return std::unique_ptr<FileLock>(std::move(lock));
  }

  Result<std::uint64_t> FreeBytes(const std::string& path) override {
    struct statvfs facts {};
    if (::statvfs(path.c_str(), &facts) != 0) return SystemError("cannot stat", path, errno);
    return std::uint64_t{facts.f_bavail} * facts.f_frsize;
  }
};

}  // namespace

FileSystem& PosixFileSystem() {
  static Posix file_system;
  return file_system;
}

}  // namespace mooring
