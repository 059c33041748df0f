#include "hq_csv_records.hpp"
#include "tillcue/sync/hq_report.hpp"

namespace tillcue::sync {

Result<ItemNames> read_item_names(std::string const& file) {
  CsvRecords records{file};
  if (!records.open()) return fail(Code::not_found, file + ": cannot be opened; give the catalogue (items.csv)");
  auto const where = [&] { return file + ":" + std::to_string(records.line()); };
  auto const header = records.next();
  if (!header) return tl::unexpected{header.error().within(where())};
  if (!*header) return fail(Code::invalid, file + ": is empty; its first line must name the columns");
  auto const sku = csv_column(**header, "sku");
  auto const name = csv_column(**header, "name");
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
