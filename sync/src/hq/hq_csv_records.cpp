#include "hq_csv_records.hpp"

#include <zlib.h>

namespace tillcue::sync {
namespace {

constexpr std::size_t kMostFieldBytes = 10'000;

}  // namespace

void CsvRecords::Close::operator()(gzFile_s* file) const { gzclose(file); }

CsvRecords::CsvRecords(std::string const& file) : file_(gzopen(file.c_str(), "rb")) {}

Result<std::optional<std::vector<std::string>>> CsvRecords::next() {
  std::vector<std::string> fields(1);
  bool quoted = false;
  bool any = false;
  line_ = next_line_;
  for (int c = gzgetc(file_.get()); c >= 0; c = gzgetc(file_.get())) {
    any = true;
    if (c == '\n') ++next_line_;
    if (c == '"') {
      // A doubled quote inside a quoted field closes and opens it again: only then is one of them text.
      if (!quoted && closed_) fields.back() += '"';
      closed_ = quoted;
      quoted = !quoted;
      continue;
    }
    closed_ = false;
    if (!quoted && c == '\n') return std::optional{std::move(fields)};
    if (!quoted && c == ',') {
      fields.emplace_back();
    } else if (quoted || c != '\r') {
      fields.back() += static_cast<char>(c);
    }
    if (fields.back().size() > kMostFieldBytes) return fail(Code::invalid, "a field is longer than 10,000 bytes");
  }
  if (quoted) return fail(Code::invalid, "a quoted field has no end");
  if (!any) return std::optional<std::vector<std::string>>{};
  return std::optional{std::move(fields)};
}

std::optional<std::size_t> csv_column(std::vector<std::string> const& header, std::string_view name) {
  for (std::size_t n = 0; n < header.size(); ++n) {
    std::string_view field = header[n];
    if (field.starts_with("\xEF\xBB\xBF")) field.remove_prefix(3);
    if (field == name) return n;
  }
  return std::nullopt;
}

}  // namespace tillcue::sync
