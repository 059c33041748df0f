#include "hq_csv_records.hpp"

#include <zlib.h>

namespace tillcue::sync {
namespace {

constexpr std::size_t kMostFieldBytes = 10'000;

}  // namespace

void CsvRecords::Close::operator()(gzFile_s* file) const { gzclose(file); }

CsvRecords::CsvRecords(std::string const& file) : name_(file), file_(gzopen(file.c_str(), "rb")) {}

tl::unexpected<Error> CsvRecords::broken(std::string const& why) const {
  return fail(Code::invalid, where() + ": " + why);
}

Result<std::optional<CsvRecords::Record>> CsvRecords::next() {
  Record fields(1);
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
    if (fields.back().size() > kMostFieldBytes) return broken("a field is longer than 10,000 bytes");
  }
  if (quoted) return broken("a quoted field has no end");
  if (!any) return std::optional<Record>{};
  return std::optional{std::move(fields)};
}

Result<void> CsvRecords::rest(std::size_t columns, std::function<void(Record&)> const& take) {
  for (;;) {
    auto record = next();
    if (!record) return tl::unexpected{record.error()};
    if (!*record) return {};
    auto& fields = **record;
    if (fields.size() == 1 && fields[0].empty()) continue;
    if (fields.size() < columns) return broken("has " + std::to_string(fields.size()) + " columns, too few");
    take(fields);
  }
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
