#include <cstdio>
#include <memory>

#include <nlohmann/json.hpp>

#include "command.hpp"
#include "tillcue/models/atomic_file.hpp"

namespace tillcue::models::app {
namespace {

struct Options {
  InputOptions input;
  ShopOptions shop;
  BuildOptions build;
  std::string out;
  bool json = false;
};

void summarise(Options const& options, Dataset const& data, Built const& built) {
  if (options.json) {
    nlohmann::json const line = {{"bundle", options.out},
                                 {"bytes", built.bundle.size()},
                                 {"baskets", data.baskets()},
                                 {"items", data.items.size()},
                                 {"calibration", built.calibration},
                                 {"calibration_queries", built.calibration_queries}};
    std::printf("%s\n", line.dump().c_str());
    return;
  }
  std::printf("%s: %zu bytes from %zu baskets of %zu items; probabilities %s (%zu questions)\n", options.out.c_str(),
              built.bundle.size(), data.baskets(), data.items.size(), built.calibration.c_str(),
              built.calibration_queries);
}

Result<int> run(Options options) {
  if (auto const applied = apply(options.shop, options.build.compile); !applied) return tl::unexpected(applied.error());
  auto const progress = progress_on_terminal();
  if (progress) progress("read transactions and items");
  auto const data = load_transactions(options.input.transactions, options.input, progress.advance());
  if (!data) return tl::unexpected(data.error());
  auto const catalogue = load_catalogue(options.input);
  if (!catalogue) return tl::unexpected(catalogue.error());
  Counts named;
  for (auto const& item : data->items) named.items.push_back({item.sku, 0, 0, {}});
  auto const campaigns =
      load_campaigns(options.input, options.build.compile.currency, assortment_of(named, *catalogue));
  if (!campaigns) return tl::unexpected(campaigns.error());
  auto const built = build(*data, *catalogue, *campaigns, options.build, progress);
  if (!built) return tl::unexpected(built.error());
  for (auto const& note : built->notes) std::fprintf(stderr, "note: %s\n", note.c_str());
  if (auto const written = write_file(options.out, std::span(built->bundle)); !written) {
    return tl::unexpected(written.error());
  }
  summarise(options, *data, *built);
  return kOk;
}

}  // namespace

void add_build(CLI::App& program, Action& action) {
  auto const options = std::make_shared<Options>();
  auto& command = *program.add_subcommand("build", "Transactions to bundle: count, train, calibrate, compile.");
  command.add_option("--transactions", options->input.transactions, "transaction files (.csv, .csv.gz)")->required();
  command.add_option("--items", options->input.items, "items file: names, categories, prices, flags");
  command.add_option("--campaigns", options->input.campaigns, "campaigns file (JSON): rules and coupons");
  command.add_option("--out", options->out, "bundle to write")->required();
  add_shop(command, options->shop);
  add_training(command, options->build.training);
  add_max_bad_rows(command, options->input);
  command.add_flag("--json", options->json, "print the summary as JSON");
  command.footer(
      "Examples:\n  tillcue-models build --transactions tills.csv.gz --out bundle\n"
      "  tillcue-models build --transactions sep.csv oct.csv --items items.csv --campaigns campaigns.json \\\n"
      "      --currency GBP --out bundle");
  command.callback([options, &action] { action = [options] { return run(*options); }; });
}

}  // namespace tillcue::models::app
