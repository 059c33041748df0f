#include "tillcue/models/import.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "tillcue/models/table.hpp"

namespace tillcue::models {
namespace {

struct NamedFormat {
  std::string_view word;
  SalesFormat format;
};
constexpr NamedFormat kWords[] = {
    {"csv", SalesFormat::csv}, {"jsonl", SalesFormat::jsonl}, {"poslog", SalesFormat::poslog}};
constexpr NamedFormat kEndings[] = {{".csv", SalesFormat::csv},
                                    {".jsonl", SalesFormat::jsonl},
                                    {".ndjson", SalesFormat::jsonl},
                                    {".xml", SalesFormat::poslog}};

/// Hands out what was looked at first, then the rest.
class Reread final : public ByteSource {
 public:
  Reread(std::vector<char> seen, std::unique_ptr<ByteSource> rest) : seen_(std::move(seen)), rest_(std::move(rest)) {}

  Result<std::size_t> read(std::span<char> out) override {
    if (at_ == seen_.size()) return rest_->read(out);
    auto const take = std::min(out.size(), seen_.size() - at_);
    std::copy_n(seen_.begin() + static_cast<std::ptrdiff_t>(at_), take, out.begin());
    at_ += take;
    return take;
  }

 private:
  std::vector<char> seen_;
  std::unique_ptr<ByteSource> rest_;
  std::size_t at_ = 0;
};

SalesFormat format_of_beginning(std::string_view text) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  auto const first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return SalesFormat::csv;
  if (text[first] == '{' || text[first] == '[')
    return SalesFormat::jsonl;  // a list, to be told what is one object a line
  return text[first] == '<' ? SalesFormat::poslog : SalesFormat::csv;
}

/// Looks at the first bytes of `source` and puts them back.
Result<SalesFormat> look(std::unique_ptr<ByteSource>& source) {
  constexpr std::size_t kLook = 512;
  if (auto const whole = source->whole(); !whole.empty()) return format_of_beginning(whole.substr(0, kLook));
  std::vector<char> seen(kLook);
  std::size_t have = 0;
  while (have < kLook) {
    auto const got = source->read(std::span(seen).subspan(have));
    if (!got) return tl::unexpected(got.error());
    if (*got == 0) break;
    have += *got;
  }
  seen.resize(have);
  auto const format = format_of_beginning({seen.data(), have});
  source = std::make_unique<Reread>(std::move(seen), std::move(source));
  return format;
}

enum Wanted : std::size_t { kBasket, kSku, kTime, kQuantity, kPrice, kCustomer };
constexpr Column kColumns[] = {{"basket_id", true}, {"sku", true},  {"timestamp"},
                               {"quantity"},        {"unit_price"}, {"customer_id"}};

}  // namespace

std::optional<SalesFormat> parse_sales_format(std::string_view word) {
  for (auto const& known : kWords) {
    if (known.word == word) return known.format;
  }
  return std::nullopt;
}

std::optional<SalesFormat> sales_format_of_name(std::string_view path) {
  if (path.ends_with(".gz")) path.remove_suffix(3);
  for (auto const& known : kEndings) {
    if (path.ends_with(known.word)) return known.format;
  }
  return std::nullopt;
}

Result<void> read_csv_rows(std::unique_ptr<ByteSource> source, std::string const& name, RowSink& sink) {
  auto table = Table::open(std::move(source), name, kColumns);
  if (!table) return tl::unexpected(table.error());
  for (;;) {
    auto const more = table->next(sink.bad());
    if (!more) return tl::unexpected(more.error());
    if (!*more) return {};
    SaleText row;
    row.basket = table->field(kBasket);
    row.customer = table->field(kCustomer);
    row.time = table->field(kTime);
    row.sku = table->field(kSku);
    row.quantity = table->field(kQuantity);
    row.price = table->field(kPrice);
    row.line = table->line();
    sink.row(row, {});
  }
}

Result<void> read_sales(std::unique_ptr<ByteSource> source, std::string const& name, ImportOptions const& options,
                        RowSink& sink) {
  auto format = options.format ? options.format : sales_format_of_name(name);
  if (!format) {
    auto const seen = look(source);
    if (!seen) return tl::unexpected(seen.error());
    format = *seen;
  }
  if (*format == SalesFormat::jsonl) return read_jsonl_rows(*source, name, sink);
  if (*format == SalesFormat::poslog) return read_poslog_rows(*source, name, options.poslog_sku, sink);
  return read_csv_rows(std::move(source), name, sink);
}

Result<void> read_sales(std::string const& path, ImportOptions const& options, RowSink& sink) {
  auto source = open_file(path);
  if (!source) return tl::unexpected(source.error());
  return read_sales(std::move(*source), path, options, sink);
}

Result<void> add_sales(TransactionReader& reader, std::string const& path, ImportOptions const& options,
                       Advance const& advance) {
  auto source = open_file(path);
  if (!source) return tl::unexpected(source.error());
  auto format = options.format ? options.format : sales_format_of_name(path);
  if (!format) {
    auto const seen = look(*source);
    if (!seen) return tl::unexpected(seen.error());
    format = *seen;
  }
  // The reader has a way of its own through CSV, which is the one that must be fast.
  if (*format == SalesFormat::csv) return reader.add(std::move(*source), path, advance);
  auto known = options;
  known.format = format;
  auto const read = read_sales(std::move(*source), path, known, reader.open_rows(path));
  auto const closed = reader.close_rows();
  return read ? closed : read;
}

}  // namespace tillcue::models
