// FileStoreWriter: leaves of MLflow's file store, written: meta.yaml, files that are a value each.
//
// A key is a path below its directory; one that would leave it, or that stands in the way of
// another, is told in notes and left out. Thread safety: one thread.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/io/file_system.h"
#include "base/result.h"
#include "records/tracking/tracked.h"

namespace mooring::control {

// A YAML map of scalars, in order. Texts are quoted.
class MetaText {
 public:
  MetaText& Text(std::string_view key, std::string_view value);
  MetaText& TextOrNull(std::string_view key, std::string_view value);  // "" is null
  MetaText& Number(std::string_view key, std::int64_t value);
  MetaText& Raw(std::string_view key, std::string_view yaml);
  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

class FileStoreWriter {
 public:
  FileStoreWriter(FileSystem& files, std::string root) : files_(files), root_(std::move(root)) {}

  Status Directory(const std::string& path);
  Status File(const std::string& path, std::string_view text);
  Status Meta(const std::string& directory, const MetaText& meta) {
    return File(directory + "/meta.yaml", meta.text());
  }
  Status Values(const std::string& directory, std::span<const records::KeyValue> pairs);
  // A file whose bytes come piece by piece.
  Result<std::unique_ptr<mooring::File>> Create(const std::string& path);
  std::vector<std::string> TakeNotes() { return std::exchange(notes_, {}); }
  void Note(std::string text) { notes_.push_back(std::move(text)); }

 private:
  FileSystem& files_;
  std::string root_;
  std::vector<std::string> notes_;
};

}  // namespace mooring::control
