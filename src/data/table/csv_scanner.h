// CsvScanner: cuts CSV text into records and fields as RFC 4180 says, strictly. The part of the
// reader that knows quotes and line ends and nothing of types; others use csv.h.
//
// Thread safety: none. Ownership: the text must outlive it; fields are views into it.
// Complexity: each byte is looked at a few times; no allocation once the field list has its size.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace mooring::data {

struct CsvField {
  std::string_view text;  // between the quotes; doubled quotes still doubled
  bool quoted = false;
  bool has_quotes = false;
  std::size_t line = 0, column = 0;  // of its first byte, from 1; columns in bytes
  // The value; `scratch` holds it when quotes had to be undoubled.
  std::string_view Value(std::string& scratch) const;
};

// Refuses UTF-16, as Excel may write it, by its first bytes: every other finding would be beside
// the point.
Status CheckCsvEncoding(std::string_view text, const std::string& name);

class CsvScanner {
 public:
  CsvScanner(std::string_view text, char delimiter, std::string name);

  // True: fields() holds a record. False: the text is at its end. A blank line is an error unless
  // only blank lines follow or `one_column` (then it is an empty field).
  Result<bool> Next(bool one_column);
  const std::vector<CsvField>& fields() const { return fields_; }
  std::size_t line() const { return line_; }  // where the next record starts
  Error WrongAt(std::size_t line, std::size_t column, std::string message) const;

 private:
  // How a field ended.
  enum class End { kDelimiter, kLine, kText };
  Error WrongHere(std::string message) const;
  Result<End> Field();
  Result<End> Quoted();
  Result<End> AfterField();
  Status CheckBytes(std::size_t begin, std::size_t line) const;

  std::string_view text_;
  char delimiter_;
  std::string name_;
  std::size_t at_ = 0, line_ = 1, line_begin_ = 0, record_begin_ = 0;
  std::vector<CsvField> fields_;
};

}  // namespace mooring::data
