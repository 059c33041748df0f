#include "hq_csv_file.hpp"

#include <system_error>

#include <zlib.h>

namespace tillcue::sync {

void CsvFile::Close::operator()(gzFile_s* file) const { gzclose(file); }

CsvFile::CsvFile(std::filesystem::path out)
    : out_(std::move(out)),
      part_(out_.string() + ".part"),
      file_(gzopen(part_.c_str(), out_.extension() == ".gz" ? "wb6" : "wbT")) {}

CsvFile::~CsvFile() {
  std::error_code ignored;
  if (!finished_) std::filesystem::remove(part_, ignored);
}

/// Nothing that is there may be lost but what was written here before.
bool CsvFile::in_the_way(std::string_view header) const {
  std::error_code error;
  if (!std::filesystem::exists(out_, error) || std::filesystem::is_empty(out_, error)) return false;
  std::unique_ptr<gzFile_s, Close> const there{gzopen(out_.c_str(), "rb")};  // what is not compressed is read as it is
  std::string first(header.size(), '\0');
  auto const size = static_cast<unsigned>(first.size());
  auto const got = there == nullptr ? -1 : gzread(there.get(), first.data(), size);
  return got != static_cast<int>(size) || first != header;
}

Result<void> CsvFile::begin(std::string_view header) {
  if (!in_the_way(header)) return write(header);
  return fail(Code::rejected, out_.string() +
                                  ": exists and is no export of this kind (sales and --decisions have files of their "
                                  "own); name another, or move it away");
}

Result<void> CsvFile::write(std::string_view text) {
  if (file_ == nullptr) return broken("cannot be created");
  auto const size = static_cast<unsigned>(text.size());
  if (size > 0 && gzwrite(file_.get(), text.data(), size) != static_cast<int>(size)) return broken("cannot be written");
  return {};
}

Result<void> CsvFile::finish() {
  if (file_ == nullptr) return broken("cannot be created");
  if (gzclose(file_.release()) != Z_OK) return broken("cannot be written");
  std::error_code error;
  std::filesystem::rename(part_, out_, error);
  if (error) return fail(Code::io, out_.string() + ": " + error.message());
  finished_ = true;
  return {};
}

tl::unexpected<Error> CsvFile::broken(std::string_view why) const {
  return fail(Code::io, part_.string() + ": " + std::string{why} + "; check the folder and the free space");
}

std::string csv_field(std::string_view field) {
  if (field.find_first_of(",\"\r\n") == std::string_view::npos) return std::string{field};
  std::string out = "\"";
  for (char const c : field) {
    if (c == '"') out += '"';
    out += c;
  }
  return out + '"';
}

}  // namespace tillcue::sync
