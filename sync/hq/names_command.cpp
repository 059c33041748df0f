#include <iostream>
#include <memory>

#include <CLI/CLI.hpp>

#include "app/command_line.hpp"
#include "office_client.hpp"
#include "program.hpp"
#include "tillcue/core/bundle.hpp"
#include "tillcue/sync/crypto.hpp"
#include "tillcue/sync/hq_near_items.hpp"
#include "tillcue/sync/hq_numbers.hpp"
#include "tillcue/sync/hq_open_names.hpp"
#include "tillcue/sync/hq_store.hpp"
#include "tillcue/sync/hq_time.hpp"

namespace tillcue::sync {
namespace {

using Json = nlohmann::json;

struct Options {
  OfficeClient office;
  std::string scope = "all", bundle, since, file, out, price;
  std::vector<std::string> entries;
  std::size_t top = 50, near = 3;
  unsigned wait = 5;
  bool assigned = false, json = false;
};

/// The catalogue of a bundle.
Result<NearItems> read_catalogue(std::string const& name) {
  auto const bytes = read_bundle(name);
  if (!bytes) return tl::unexpected(bytes.error());
  auto const bundle = Bundle::from_bytes(as_bytes(*bytes));
  if (!bundle) return tl::unexpected(bundle.error().within("--bundle " + name));
  NearItems items;
  for (std::uint32_t n = 0; n < bundle->item_count(); ++n) {
    auto const item = bundle->item(ItemIx{n});
    auto const price = item.price ? std::optional(item.price->minor) : std::nullopt;
    items.add({std::string{item.sku}, std::string{item.name}, price});
  }
  return items;
}

std::string price_text(std::int64_t minor, Currency currency) { return to_text(Money{minor, currency}, false); }

Json shown(NearItem const& item, Currency currency) {
  Json out{{"sku", item.sku}, {"name", item.name}, {"likeness", item.likeness}};
  if (item.price) out["price"] = price_text(*item.price, currency);
  return out;
}

Json shown(OpenName const& name, std::vector<NearItem> const& near) {
  Json out{{"name", name.text},
           {"lines", name.lines},
           {"price_least", price_text(name.least, name.currency)},
           {"price_most", price_text(name.most, name.currency)},
           {"currency", std::string{name.currency.text()}},
           {"last", to_iso(name.last)},
           {"terminals", name.terminals},
           {"told_by", name.told_by},
           {"near", Json::array()}};
  for (auto const& item : near) out["near"].push_back(shown(item, name.currency));
  return out;
}

Exit list_open(Options const& options, Database& db) {
  OpenNamesWanted wanted;
  wanted.most = options.top;
  if (!options.since.empty()) {
    auto const since = parse_since(options.since, clock_now());
    if (!since) return report_error(since.error().within("--since"));
    wanted.since = *since;
  }
  auto const items = options.bundle.empty() ? Result<NearItems>{} : read_catalogue(options.bundle);
  if (!items) return report_error(items.error());
  auto const names = open_names(db, wanted);
  if (!names) return report_error(names.error().within("--db"));
  auto out = Json::array();
  for (auto const& name : *names) {
    auto const near = items->nearest(name.text, name.least, name.most, options.near);
    if (options.json) out.push_back(shown(name, near));
    if (!options.json) std::cout << to_text(name, near);
  }
  if (options.json) std::cout << out.dump(2, ' ', false, Json::error_handler_t::replace) << '\n';
  if (!options.json && names->empty()) std::cout << "no till has told a name that is open\n";
  return Exit::done;
}

Exit list_assigned(Options const& options, Database& db) {
  auto const names = assigned_names(db, "");
  auto const currency = currency_of_sales(db);
  if (!names || !currency) return report_error((names ? currency.error() : names.error()).within("--db"));
  auto out = Json::array();
  for (auto const& name : *names) {
    auto const price = name.price ? price_text(*name.price, currency->value_or(Currency{})) : std::string{};
    out.push_back({{"scope", name.scope}, {"name", name.text}, {"sku", name.sku}, {"price", price}});
    if (options.json) continue;
    std::cout << to_text(name, price);
  }
  if (options.json) std::cout << out.dump(2, ' ', false, Json::error_handler_t::replace) << '\n';
  if (!options.json && names->empty()) std::cout << "nothing is assigned\n";
  return Exit::done;
}

Exit list(Options const& options) {
  auto db = open_hq_reader(options.office.database);
  if (!db) return report_error(db.error().within("--db"));
  return options.assigned ? list_assigned(options, *db) : list_open(options, *db);
}

Result<std::vector<NameEntry>> entries_of(Options const& options) {
  if (!options.file.empty()) return read_names_file(options.file);
  std::vector<NameEntry> entries;
  for (auto const& entry : options.entries) {
    auto const sign = entry.rfind('=');
    if (sign == std::string::npos || sign == 0 || sign + 1 == entry.size()) {
      return fail(Code::invalid, "\"" + entry + "\": write NAME=SKU, such as \"COLA 0,5=4006381333931\"");
    }
    entries.push_back({"\"" + entry + "\"", entry.substr(0, sign), entry.substr(sign + 1), options.price});
  }
  return entries;
}

Result<Json> checked(std::vector<NameEntry> const& entries, Options const& options) {
  auto db = open_hq_reader(options.office.database);
  if (!db) return tl::unexpected(db.error().within("--db"));
  auto const currency = currency_of_sales(*db);
  if (!currency) return tl::unexpected(currency.error().within("--db"));
  auto const items = options.bundle.empty() ? Result<NearItems>{} : read_catalogue(options.bundle);
  if (!items) return tl::unexpected(items.error());
  auto set = Json::array();
  for (auto const& entry : entries) {
    if (entry.text.empty() || entry.sku.empty()) return fail(Code::invalid, entry.where + ": name or SKU is empty");
    if (!options.bundle.empty() && items->find(entry.sku) == nullptr) {
      return fail(Code::invalid, entry.where + ": SKU \"" + entry.sku + "\" is not in " + options.bundle);
    }
    set.push_back({entry.text, entry.sku});
    if (entry.price.empty()) continue;
    if (!*currency)
      return fail(Code::invalid, entry.where + ": no sale tells the currency of a price yet: leave it out");
    auto const price = parse_money(entry.price, **currency);
    if (!price) return tl::unexpected(price.error().within(entry.where + ": price"));
    set.back().push_back(price->minor);
  }
  return set;
}

Exit assign(Options const& options) {
  if (options.entries.empty() == options.file.empty()) {
    return report_error({Code::invalid, "say NAME=SKU, or --file: one of them"}), Exit::usage;
  }
  auto const entries = entries_of(options);
  if (!entries) return report_error(entries.error());
  auto const set = checked(*entries, options);
  if (!set) return report_error(set.error());
  auto const done =
      options.office.ask({{"do", "names"}, {"scope", options.scope}, {"set", *set}, {"unset", Json::array()}});
  return done ? await_holders(options.office, *done, options.wait) : report_error(done.error());
}

Exit forget(Options const& options) {
  auto const done = options.office.ask(
      {{"do", "names"}, {"scope", options.scope}, {"set", Json::array()}, {"unset", options.entries}});
  return done ? await_holders(options.office, *done, options.wait) : report_error(done.error());
}

Exit export_assigned(Options const& options) {
  auto db = open_hq_reader(options.office.database);
  if (!db) return report_error(db.error().within("--db"));
  auto const count = export_names(*db, options.out, options.scope);
  if (!count) return report_error(count.error());
  std::cout << options.out << ": " << counted(*count, "name") << '\n';
  return Exit::done;
}

void add_list(CLI::App& names, std::shared_ptr<Options> const& options, Command& chosen) {
  auto* const command = names.add_subcommand("list", "Names no till could match, the most frequent first");
  command->add_option("--db", options->office.database, "HQ's database (may be in use by serve)")->required();
  command->add_option("--bundle", options->bundle, "Shows the nearest items of this bundle's catalogue");
  command->add_option("--near", options->near, "How many of them")->check(whole_in_range(0, 20))->capture_default_str();
  command->add_option("--since", options->since, "2026-11-21, 2026-11-21T08:00:00 (UTC), or an age: 7d, 24h, 30m");
  command->add_option("--top", options->top, "Names listed")
      ->check(whole_in_range(0, 1'000'000))
      ->capture_default_str();
  command->add_flag("--assigned", options->assigned, "What is assigned instead");
  command->add_flag("--json", options->json, "As JSON");
  command->callback([options, &chosen] { chosen = [options] { return list(*options); }; });
}

}  // namespace

void add_names_command(CLI::App& app, Command& chosen) {
  auto const options = std::make_shared<Options>();
  auto* const names = app.add_subcommand("names", "Items that tills name without a code: what is open, what it means");
  names->footer(
      "Example:\n  tillcue-hq names list --db hq.sqlite --bundle store.bundle\n"
      "  tillcue-hq names assign --db hq.sqlite --bundle store.bundle \"COLA 0,5=4006381333931\"\n"
      "Tills tell open names with their sales, as name:WHAT WAS HEARD.");
  names->require_subcommand(0, 1);  // none is told by the program
  add_list(*names, options, chosen);
  auto* const put = names->add_subcommand("assign", "Says what a name means, to the tills at once");
  options->office.add_to(*put);
  add_word_options(*put, options->scope, options->wait);
  put->add_option("NAME=SKU", options->entries, "Such as \"COLA 0,5=4006381333931\"");
  put->add_option("--file", options->file, "Many: text,sku[,price], a header first (.gz is read)");
  put->add_option("--price", options->price, "The names mean this at that price only");
  put->add_option("--bundle", options->bundle, "Refuses SKUs that are not in this bundle");
  put->callback([options, &chosen] { chosen = [options] { return assign(*options); }; });
  auto* const take = names->add_subcommand("forget", "Takes names back");
  options->office.add_to(*take);
  add_word_options(*take, options->scope, options->wait);
  take->add_option("NAME", options->entries, "As assigned")->required();
  take->callback([options, &chosen] { chosen = [options] { return forget(*options); }; });
  auto* const write = names->add_subcommand("export", "What is assigned as a file of a till's names.aliases");
  write->add_option("--db", options->office.database, "HQ's database (may be in use by serve)")->required();
  write->add_option("--out", options->out, "File; .gz is compressed")->required();
  write->add_option("--scope", options->scope, "all, group:NAME, store:NAME or terminal:NAME")->capture_default_str();
  write->callback([options, &chosen] { chosen = [options] { return export_assigned(*options); }; });
}

}  // namespace tillcue::sync
