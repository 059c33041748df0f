#include <array>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <zlib.h>

#include "tillcue/sync/hq_report.hpp"

namespace tillcue::sync {
namespace {

constexpr std::size_t kMostFieldBytes = 10'000;

struct CloseGz {
  void operator()(gzFile_s* file) const { gzclose(file); }
};

/// Records of an RFC 4180 file, plain or gzip.
class CsvRecords {
 public:
  explicit CsvRecords(std::string const& file) : file_(gzopen(file.c_str(), "rb")) {}
  [[nodiscard]] bool open() const { return file_ != nullptr; }
  [[nodiscard]] std::size_t line() const { return line_; }

  /// nullopt at the end.
  Result<std::optional<std::vector<std::string>>> next() {
    std::vector<std::string> fields(1);
    bool quoted = false;
    bool any = false;
    line_ = next_line_;
    for (int c = gzgetc_(file_.get()); c >= 0; c = gzgetc_(file_.get())) {
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

 private:
  static int gzgetc_(gzFile file) { return gzgetc(file); }

  std::unique_ptr<gzFile_s, CloseGz> file_;
  std::size_t line_ = 1, next_line_ = 1;
  bool closed_ = false;
};

std::optional<std::size_t> column(std::vector<std::string> const& header, std::string_view name) {
  for (std::size_t n = 0; n < header.size(); ++n) {
    std::string_view field = header[n];
    if (field.starts_with("\xEF\xBB\xBF")) field.remove_prefix(3);
    if (field == name) return n;
  }
  return std::nullopt;
}

}  // namespace

Result<ItemNames> read_item_names(std::string const& file) {
  CsvRecords records{file};
  if (!records.open()) return fail(Code::not_found, file + ": cannot be opened; give the catalogue (items.csv)");
  auto const where = [&] { return file + ":" + std::to_string(records.line()); };
  auto const header = records.next();
  if (!header) return tl::unexpected{header.error().within(where())};
  if (!*header) return fail(Code::invalid, file + ": is empty; its first line must name the columns");
  auto const sku = column(**header, "sku");
  auto const name = column(**header, "name");
  if (!sku || !name) {
    return fail(Code::invalid, where() + ": column " + (sku ? "name" : "sku") + " is missing in the header");
  }
  ItemNames names;
  for (;;) {
    auto const record = records.next();
    if (!record) return tl::unexpected{record.error().within(where())};
    if (!*record) return names;
    auto const& fields = **record;
    if (fields.size() == 1 && fields[0].empty()) continue;
    if (fields.size() <= std::max(*sku, *name)) {
      return fail(Code::invalid, where() + ": has " + std::to_string(fields.size()) + " columns, too few");
    }
    names.insert_or_assign(fields[*sku], fields[*name]);
  }
}

}  // namespace tillcue::sync
