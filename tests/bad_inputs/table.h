// Row: one line of the table of bad inputs; RunRows sends each to the live server and checks what
// every row has in common. A row reads from left to right: number, what is bad, the bytes, what
// must come back, what the answer must name.
//
//   RunRows({{"6", "a key twice", Decide(R"({"inputs":{"price":1,"price":2,"age":3}})"), 400,
//             "twice"}});
//
// What every row has in common (Aftermath): the server still answers a good request; the process
// grew by at most kRowBytes on the way; the decisions in the journal are those that were
// acknowledged, no more and no less; and the store of models is what it was.
// Thread safety: one thread.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "bad_inputs/live_server.h"
#include "base/limits.h"

namespace mooring::bad_inputs {

// The most that one row may make the process grow, ours and the server's buffers together.
inline constexpr std::size_t kRowBytes = 8 * limits::kRequestBodyBytes;
// The same for a million outcomes in one body, the longest that any call takes.
inline constexpr std::size_t kBulkBytes = 6 * limits::kOutcomesBodyBytes;

enum class After { kOpen, kClosed };  // what becomes of the connection

struct Row {
  const char* number;  // of the table; "5a" is a part of row 5
  const char* input;
  std::string bytes;  // as they go over the wire
  int status;         // 0: the connection ends without an answer
  const char* names;  // what the answer names: a piece of its body
  After after = After::kOpen;
};

void RunRows(const std::vector<Row>& rows);

// The same for files: the bytes are written to a file, whose path ends the command.
struct FileRow {
  const char* number;
  const char* input;
  std::string bytes;
  int exit;           // of the command: 0 taken, 2 refused as it is, 1 refused for what it does
  const char* names;  // what the command says: a piece of its output or of its error
};
struct FileDoor {
  std::vector<std::string> command;
  const char* file;  // its name
};

void RunFiles(const FileDoor& door, const std::vector<FileRow>& rows);
// One command whose file lies there already.
void RunFile(const FileRow& row, const std::vector<std::string>& command);

// Watches one row from its construction; Check is its end.
class Aftermath {
 public:
  Aftermath();
  // Decisions that an answer acknowledged.
  void Acknowledged(const Answer& answer);
  void Acknowledged(std::string_view answers);
  void Check(std::size_t most_bytes = kRowBytes);

 private:
  std::size_t before_;
  std::string stored_;
  std::vector<std::string> ids_;
};

// What all errors of an API have: a code and a message, in the protocol's own words.
void ExpectStructured(const Answer& answer);

// POST /api/v1/models/quote/decide with that body; with one price and age, and more members; with
// one member's value. Values are JSON.
std::string Decide(const std::string& body, const std::string& more = "");
std::string With(const std::string& members);
std::string Price(const std::string& value);

}  // namespace mooring::bad_inputs
