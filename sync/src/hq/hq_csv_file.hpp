#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "tillcue/core/result.hpp"

struct gzFile_s;

namespace tillcue::sync {

/// Plain or (by a name that ends in .gz) gzip text, written as FILE.part and renamed at the end: it appears complete or
/// not at all. A file that is there is replaced only when it is one of the same kind, by its first line: what a slip of
/// the finger names may be sales that are nowhere else. Threads one.
class CsvFile {
 public:
  explicit CsvFile(std::filesystem::path out);
  CsvFile(CsvFile const&) = delete;
  CsvFile& operator=(CsvFile const&) = delete;
  ~CsvFile();

  /// The first line, with its end.  Errors  rejected (another file is there), io.
  Result<void> begin(std::string_view header);
  /// Errors  io.
  Result<void> write(std::string_view text);
  Result<void> finish();

 private:
  struct Close {
    void operator()(gzFile_s* file) const;
  };
  [[nodiscard]] bool in_the_way(std::string_view header) const;
  [[nodiscard]] tl::unexpected<Error> broken(std::string_view why) const;

  std::filesystem::path out_, part_;
  std::unique_ptr<gzFile_s, Close> file_;
  bool finished_ = false;
};

/// One field by RFC 4180.
std::string csv_field(std::string_view field);

}  // namespace tillcue::sync
