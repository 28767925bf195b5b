#include "app/cli/testing/clitest.h"

#include <unistd.h>

#include <charconv>
#include <filesystem>
#include <fstream>

#include "app/cli/testing/fake_process.h"

namespace mooring::app::cli {
namespace {

std::vector<std::string> Lines(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    lines.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

void Replace(std::string& text, const std::string& from, const std::string& to) {
  for (std::size_t at = text.find(from); at != std::string::npos;
       at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
}

// A token is another one each time.
void HideTokens(std::string& text) {
  constexpr std::string_view kPrefix = "mor_live_";
  constexpr std::size_t kBytes = 43 + 1 + 6;
  for (std::size_t at = text.find(kPrefix); at != std::string::npos; at = text.find(kPrefix, at)) {
    at += kPrefix.size();
    const std::size_t end = std::min(text.find_first_of(" \t\n\"", at), text.size());
    if (end - at == kBytes) text.replace(at, kBytes, "TOKEN");
  }
}

// Output under a mark; text without a final line end is marked "~".
std::string Marked(std::string_view mark, const std::string& text) {
  std::string out;
  const std::vector<std::string> lines = Lines(text);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const bool open = i + 1 == lines.size() && !text.ends_with('\n');
    std::string line = std::string(mark) + (open ? "~ " : " ") + lines[i];
    line.erase(line.find_last_not_of(' ') + 1);
    out += line + "\n";
  }
  return out;
}

class Runner {
 public:
  Runner(std::string directory, std::string source)
      : directory_(std::move(directory)), source_(std::move(source)) {
    std::filesystem::create_directories(directory_);
    CHECK(chdir(directory_.c_str()) == 0);
  }

  std::string Run(std::string_view script) {
    for (const std::string& line : Lines(script)) Line(line);
    return std::move(out_);
  }

 private:
  void Line(const std::string& line) {
    const bool result = line.starts_with("|") || line.starts_with("! ") || line.starts_with("!~") ||
                        line == "!" || line.starts_with("? ");
    if (result) return;  // what really came out stands there already
    out_ += line + "\n";
    if (line.starts_with("+")) return FileLine(line);
    file_.close();
    if (line.empty() || line.starts_with("#")) return;
    if (line.starts_with("$ mooring")) return Command(line.substr(9));
    Stage(line);
  }

  void FileLine(const std::string& line) {
    CHECK(file_.is_open());
    file_ << (line.size() > 2 ? line.substr(2) : "") << "\n";
  }

  void Stage(const std::string& line) {
    const std::size_t space = std::min(line.find(' '), line.size());
    const std::string what = line.substr(0, space);
    const std::string rest = space < line.size() ? line.substr(space + 1) : "";
    if (what == "<") {
      world_.in.text += rest + "\n";
    } else if (what == "file") {
      file_.open(rest, std::ios::trunc | std::ios::binary);
    } else if (what == "copy") {  // a file or directory of the source tree
      std::filesystem::copy(source_ + "/" + rest, std::filesystem::path(rest).filename(),
                            std::filesystem::copy_options::recursive);
    } else if (what == "env") {
      const std::size_t equals = rest.find('=');
      world_.context.environment[rest.substr(0, equals)] = rest.substr(equals + 1);
    } else if (what == "tty" || what == "notty") {
      const bool is = what == "tty";
      world_.context.terminal = {is, is, is, true};
    } else if (what == "advance") {
      world_.clock.Advance(std::chrono::seconds(std::stoll(rest)));
    } else if (what == "http") {
      Http(rest);
    } else {
      FailCheck(__FILE__, __LINE__, "a known line of a clitest", line);
    }
  }

  void Http(const std::string& line) {
    const std::size_t arrow = line.find(" -> ");
    CHECK(arrow != std::string::npos);
    HttpAnswer answer;
    const std::string rest = line.substr(arrow + 4);
    std::from_chars(rest.data(), rest.data() + 3, answer.status);
    answer.body = rest.size() > 4 ? rest.substr(4) : "";
    answer.content_type = "application/json";
    world_.transport.answers[line.substr(0, arrow)].push_back(answer);
  }

  void Command(const std::string& line) {
    const int code = world_.Run(SplitWords(line));
    world_.in.text.clear();
    if (code != 0) out_ += "? " + std::to_string(code) + "\n";
    Replace(world_.out.written, directory_, "DIR");
    Replace(world_.err.written, directory_, "DIR");
    HideTokens(world_.out.written);
    out_ += Marked("|", world_.out.written) + Marked("!", world_.err.written);
  }

  const std::string directory_, source_;
  FakeWorld world_;
  std::ofstream file_;
  std::string out_;
};

}  // namespace

std::string RunClitest(std::string_view script, const std::string& directory,
                       const std::string& source_directory) {
  return Runner(directory, source_directory).Run(script);
}

std::vector<std::string> SplitWords(std::string_view line) {
  std::vector<std::string> words;
  std::string word;
  bool inside = false;
  char quote = 0;
  for (const char c : line) {
    if (quote != 0) {
      if (c == quote)
        quote = 0;
      else
        word += c;
    } else if (c == '\'' || c == '"') {
      quote = c;
      inside = true;
    } else if (c != ' ') {
      word += c;
      inside = true;
    } else if (inside) {
      words.push_back(std::exchange(word, {}));
      inside = false;
    }
  }
  if (inside) words.push_back(word);
  return words;
}

}  // namespace mooring::app::cli
