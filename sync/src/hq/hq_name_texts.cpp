#include <algorithm>

#include <fmt/format.h>

#include "hq_columns.hpp"
#include "hq_csv_file.hpp"
#include "hq_csv_records.hpp"
#include "tillcue/sync/hq_open_names.hpp"
#include "tillcue/sync/hq_time.hpp"

namespace tillcue::sync {
namespace {

std::string price_text(std::int64_t minor, Currency currency) { return to_text(Money{minor, currency}, false); }

std::string terminals_text(OpenName const& name) {
  std::string out;
  for (auto const& terminal : name.told_by) out += (out.empty() ? "" : ", ") + printable(terminal);
  auto const more = name.terminals - std::min<std::uint64_t>(name.terminals, name.told_by.size());
  return more > 0 ? out + fmt::format(" and {} more", more) : out;
}

}  // namespace

std::string to_text(OpenName const& name, std::span<NearItem const> near) {
  auto const least = price_text(name.least, name.currency), most = price_text(name.most, name.currency);
  auto out = fmt::format("{}\n    {} at {} {}; last {} UTC; {}\n", printable(name.text), counted(name.lines, "time"),
                         least == most ? least : least + " to " + most, name.currency.text(), to_minute(name.last),
                         terminals_text(name));
  for (auto const& item : near) {
    auto const price = item.price ? price_text(*item.price, name.currency) : std::string{"-"};
    out += fmt::format("    {:3.0f} %  {}  {}  {}\n", item.likeness * 100, left(item.sku, 16), right(price, 9),
                       printable(item.name));
  }
  return out;
}

std::string to_text(AssignedName const& name, std::string const& price) {
  return fmt::format("{}  {}={}{}\n", printable(name.scope), printable(name.text), printable(name.sku),
                     price.empty() ? "" : " at " + price);
}

Result<std::vector<NameEntry>> read_names_file(std::string const& file) {
  CsvRecords records{file};
  if (!records.open()) return fail(Code::not_found, file + ": cannot be opened");
  auto const header = records.next();
  if (!header) return tl::unexpected{header.error()};
  auto const names = header->value_or(std::vector<std::string>{});
  auto const text = csv_column(names, "text"), sku = csv_column(names, "sku"), price = csv_column(names, "price");
  if (!text || !sku) {
    return fail(Code::invalid, records.where() + ": the first line must name the columns: text,sku[,price]");
  }
  std::vector<NameEntry> entries;
  auto const done = records.rest(std::max(*text, *sku) + 1, [&](CsvRecords::Record& fields) {
    auto const with_price = price && *price < fields.size();
    entries.push_back({records.where(), std::move(fields[*text]), std::move(fields[*sku]),
                       with_price ? std::move(fields[*price]) : std::string{}});
  });
  return done ? Result<std::vector<NameEntry>>{std::move(entries)} : tl::unexpected{done.error()};
}

Result<std::size_t> export_names(Database& db, std::string const& out, std::string const& scope) {
  auto const names = assigned_names(db, scope);
  if (!names) return tl::unexpected{names.error()};
  auto const currency = currency_of_sales(db);
  if (!currency) return tl::unexpected{currency.error()};
  CsvFile file{out};
  auto done = file.begin("text,sku,price\n");
  for (auto const& name : *names) {
    auto const price = name.price ? price_text(*name.price, currency->value_or(Currency{})) : std::string{};
    if (done) done = file.write(csv_field(name.text) + ',' + csv_field(name.sku) + ',' + price + '\n');
  }
  if (done) done = file.finish();
  if (!done) return tl::unexpected{done.error()};
  return names->size();
}

}  // namespace tillcue::sync
