#include "data/table/csv_scanner.h"

#include "base/limits.h"
#include "base/text/utf8.h"

namespace mooring::data {

Status CheckCsvEncoding(std::string_view text, const std::string& name) {
  if (!text.starts_with("\xFF\xFE") && !text.starts_with("\xFE\xFF")) return Ok();
  return Error(Code::kInvalidArgument, "the text is UTF-16")
      .Where(name + ":1:1")
      .Help("convert it to UTF-8");
}

std::string_view CsvField::Value(std::string& scratch) const {
  if (!has_quotes) return text;
  scratch.clear();
  for (std::size_t i = 0; i < text.size(); ++i) {
    scratch.push_back(text[i]);
    if (text[i] == '"') ++i;  // the scanner has seen that they come in pairs
  }
  return scratch;
}

CsvScanner::CsvScanner(std::string_view text, char delimiter, std::string name)
    : text_(text), delimiter_(delimiter), name_(std::move(name)) {
  // Columns of the first line count from after the mark, as an editor shows them.
  if (text_.starts_with("\xEF\xBB\xBF")) text_.remove_prefix(3);
}

Error CsvScanner::WrongAt(std::size_t line, std::size_t column, std::string message) const {
  return Error(Code::kInvalidArgument, std::move(message))
      .Where(name_ + ":" + std::to_string(line) + ":" + std::to_string(column));
}

Error CsvScanner::WrongHere(std::string message) const {
  return WrongAt(line_, at_ - line_begin_ + 1, std::move(message));
}

Result<bool> CsvScanner::Next(bool one_column) {
  if (at_ == text_.size()) return false;
  if (!one_column && (text_[at_] == '\n' || text_.substr(at_).starts_with("\r\n"))) {
    if (text_.find_first_not_of("\r\n", at_) == std::string_view::npos) {
      at_ = text_.size();
      return false;
    }
    return WrongHere("empty line");
  }
  fields_.clear();
  record_begin_ = at_;
  const std::size_t first_line = line_;
  for (;;) {
    ASSIGN_OR_RETURN(const End end, Field());
    if (fields_.size() > limits::kColumns) {
      return WrongHere("more than " + std::to_string(limits::kColumns) + " columns");
    }
    if (end != End::kDelimiter) break;
  }
  RETURN_IF_ERROR(CheckBytes(record_begin_, first_line));
  return true;
}

Result<CsvScanner::End> CsvScanner::Field() {
  CsvField field{.text = {}, .line = line_, .column = at_ - line_begin_ + 1};
  if (at_ < text_.size() && text_[at_] == '"') {
    fields_.push_back(field);
    return Quoted();
  }
  const std::size_t begin = at_;
  for (; at_ < text_.size(); ++at_) {
    const char c = text_[at_];
    if (c == delimiter_ || c == '\n' || c == '\r') break;
    if (c == '"') return WrongHere("a quote inside a field that does not start with one");
    if (at_ - record_begin_ > limits::kCsvLineBytes) {
      return WrongAt(field.line, field.column,
                     "record of more than " + std::to_string(limits::kCsvLineBytes) + " bytes");
    }
  }
  field.text = text_.substr(begin, at_ - begin);
  fields_.push_back(field);
  return AfterField();
}

Result<CsvScanner::End> CsvScanner::Quoted() {
  CsvField& field = fields_.back();
  const std::size_t begin = ++at_;
  for (; at_ < text_.size(); ++at_) {
    if (at_ - record_begin_ > limits::kCsvLineBytes) {
      return WrongAt(field.line, field.column,
                     "record of more than " + std::to_string(limits::kCsvLineBytes) + " bytes")
          .Help("perhaps this quote is not closed");
    }
    if (text_[at_] == '\n') {
      ++line_;
      line_begin_ = at_ + 1;
    }
    if (text_[at_] != '"') continue;
    if (at_ + 1 < text_.size() && text_[at_ + 1] == '"') {
      field.has_quotes = true;
      ++at_;
      continue;
    }
    field.text = text_.substr(begin, at_ - begin);
    field.quoted = true;
    ++at_;
    return AfterField();
  }
  return WrongAt(field.line, field.column, "this quote is not closed");
}

Result<CsvScanner::End> CsvScanner::AfterField() {
  if (at_ == text_.size()) return End::kText;
  const char c = text_[at_];
  if (c == delimiter_) {
    ++at_;
    return End::kDelimiter;
  }
  if (c == '\r' && (at_ + 1 == text_.size() || text_[at_ + 1] != '\n')) {
    return WrongHere("a carriage return that is not part of a line end");
  }
  if (c != '\r' && c != '\n') return WrongHere("text after the closing quote");
  at_ += c == '\r' ? 2 : 1;
  ++line_;
  line_begin_ = at_;
  return End::kLine;
}

// No NUL and nothing but UTF-8, so that what is stored can be shown.
Status CsvScanner::CheckBytes(std::size_t begin, std::size_t line) const {
  const std::string_view record = text_.substr(begin, at_ - begin);
  const std::size_t bad = std::min(record.find('\0'), FirstInvalidUtf8(record));
  if (bad >= record.size()) return Ok();
  std::size_t line_begin = 0;
  for (std::size_t i = 0; i < bad; ++i) {
    if (record[i] != '\n') continue;
    ++line;
    line_begin = i + 1;
  }
  Error error = WrongAt(line, bad - line_begin + 1,
                        record[bad] == '\0' ? "a NUL byte" : "text that is not UTF-8");
  if (record[bad] == '\0') return error;
  return std::move(error).Help("convert the file to UTF-8");
}

}  // namespace mooring::data
