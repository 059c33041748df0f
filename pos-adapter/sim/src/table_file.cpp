#include "table_file.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <zlib.h>

#include "text/csv_row.hpp"

namespace tillcue::pos::sim {
namespace {

constexpr std::size_t kLongestLine = std::size_t{64} * 1024;

gzFile handle(void* file) { return static_cast<gzFile>(file); }

}  // namespace

TableFile::TableFile(TableFile&& other) noexcept
    : file_(std::exchange(other.file_, nullptr)),
      path_(std::move(other.path_)),
      line_(other.line_),
      header_(std::move(other.header_)),
      row_(std::move(other.row_)) {}

TableFile::~TableFile() {
  if (file_ != nullptr) gzclose(handle(file_));
}

Result<TableFile> TableFile::open(std::string const& path, std::vector<std::string> const& required) {
  TableFile table;
  table.path_ = path;
  table.file_ = gzopen(path.c_str(), "rb");  // reads plain files as they are
  if (table.file_ == nullptr) return fail(Code::not_found, path + ": cannot be opened; check the name");
  auto const found = table.next();
  if (!found) return tl::unexpected(found.error());
  if (!*found) return fail(Code::invalid, path + ": is empty; a header line is needed");
  table.header_ = table.row_;
  if (table.header_.front().rfind("\xEF\xBB\xBF", 0) == 0) table.header_.front().erase(0, 3);
  for (auto const& column : required) {
    if (std::find(table.header_.begin(), table.header_.end(), column) == table.header_.end()) {
      return fail(Code::invalid, std::string(path).append(":1: the column \"").append(column).append("\" is missing"));
    }
  }
  return table;
}

Result<bool> TableFile::read_line(std::string& line) {
  line.clear();
  std::array<char, 4096> block{};
  while (gzgets(handle(file_), block.data(), static_cast<int>(block.size())) != nullptr) {
    line += block.data();
    if (line.size() > kLongestLine) return fail(Code::invalid, place() + ": the line is longer than 64 KiB");
    if (line.back() == '\n') {
      line.pop_back();
      return true;
    }
  }
  int error = Z_OK;
  (void)gzerror(handle(file_), &error);
  if (error != Z_OK && error != Z_STREAM_END) {
    return fail(Code::corrupt, place() + ": the file cannot be read on; is it a whole gzip file?");
  }
  return !line.empty();
}

Result<bool> TableFile::next() {
  std::string line;
  for (;;) {
    ++line_;
    auto there = read_line(line);
    if (!there || !*there) return there;
    if (line.empty() || line == "\r") continue;
    auto cells = csv_row(line);
    if (!cells) return tl::unexpected(cells.error().within(place()));
    row_ = std::move(*cells);
    return true;
  }
}

std::string_view TableFile::cell(std::string_view column) const {
  auto const found = std::find(header_.begin(), header_.end(), column);
  auto const at = static_cast<std::size_t>(found - header_.begin());
  return at < row_.size() ? std::string_view(row_[at]) : std::string_view{};
}

std::string TableFile::place() const { return path_ + ":" + std::to_string(line_); }

}  // namespace tillcue::pos::sim
