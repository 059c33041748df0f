#include <algorithm>
#include <utility>

#include "hq_csv_records.hpp"
#include "tillcue/sync/hq_report.hpp"

namespace tillcue::sync {

Result<ItemNames> read_item_names(std::string const& file) {
  CsvRecords records{file};
  if (!records.open()) return fail(Code::not_found, file + ": cannot be opened; give the catalogue (items.csv)");
  auto const header = records.next();
  if (!header) return tl::unexpected{header.error()};
  if (!*header) return fail(Code::invalid, file + ": is empty; its first line must name the columns");
  auto const sku = csv_column(**header, "sku");
  auto const name = csv_column(**header, "name");
  if (!sku || !name) {
    return fail(Code::invalid, records.where() + ": column " + (sku ? "name" : "sku") + " is missing in the header");
  }
  ItemNames names;
  auto const done = records.rest(std::max(*sku, *name) + 1, [&](CsvRecords::Record& fields) {
    names.insert_or_assign(std::move(fields[*sku]), std::move(fields[*name]));
  });
  return done ? Result<ItemNames>{std::move(names)} : tl::unexpected{done.error()};
}

}  // namespace tillcue::sync
