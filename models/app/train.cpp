#include <cstdio>
#include <memory>

#include "command.hpp"
#include "counts_input.hpp"
#include "tillcue/models/atomic_file.hpp"
#include "tillcue/models/counted_source.hpp"
#include "tillcue/models/wording.hpp"

namespace tillcue::models::app {
namespace {

struct Options {
  InputOptions input;
  ShopOptions shop;
  BuildOptions build;
  std::vector<std::string> counts;
  std::vector<std::string> calibrate_on;
  bool uncalibrated = false;
  std::string out;
};

/// What was learned from answers better than what will be served.
Result<void> refuse_counted(std::vector<CountedSource> const& counted, Dataset const& later, Options const& options) {
  if (options.input.allow_duplicates) return {};
  auto parts = sources_by_file(later, options.calibrate_on);
  for (auto& part : parts) {
    NamedSources const both[] = {{"the counts", counted}, std::move(part)};
    auto const fresh = refuse_duplicates(both,
                                         "--calibrate-on asks for sales that were not counted: give later ones, or "
                                         "take these with --allow-duplicates");
    if (!fresh) return fresh;
  }
  return {};
}

Result<int> run(Options options) {
  if (auto const applied = apply(options.shop, options.build.compile); !applied) return tl::unexpected(applied.error());
  auto inputs = files_of(options.input, options.counts);
  inputs.insert(inputs.end(), options.calibrate_on.begin(), options.calibrate_on.end());
  if (auto const possible = can_write(options.out, inputs, kBundleFile); !possible)
    return tl::unexpected(possible.error());
  auto const loaded = load_counts(options.counts, options.build.recency, options.input.allow_duplicates);
  if (!loaded) return tl::unexpected(loaded.error());
  auto const* const counts = &loaded->counts;
  auto const catalogue = load_catalogue(options.input);
  if (!catalogue) return tl::unexpected(catalogue.error());
  std::vector<std::string> sold;
  for (auto const& item : counts->items) sold.push_back(item.sku);
  tell_missing(*catalogue, sold, options.input);
  auto const campaigns =
      load_campaigns(options.input, options.build.compile.currency, assortment_of(*counts, *catalogue));
  if (!campaigns) return tl::unexpected(campaigns.error());
  Dataset later;
  if (!options.uncalibrated) {
    auto read = load_transactions(options.calibrate_on, options.input);
    if (!read) return tl::unexpected(read.error());
    later = std::move(*read);
    if (auto const others = refuse_counted(counts->sources, later, options); !others) {
      return tl::unexpected(others.error());
    }
  }
  auto const built = build_from_counts(*loaded, options.uncalibrated ? nullptr : &later, *catalogue, *campaigns,
                                       options.build, progress_on_terminal());
  if (!built) return tl::unexpected(built.error());
  if (built->calibration == "none" && !options.uncalibrated) {
    return fail(Code::invalid,
                "--calibrate-on: not one basket with two items of the counts; give other baskets, or take rough "
                "probabilities with --uncalibrated");
  }
  tell_notes(built->notes);
  if (auto const written = write_file(options.out, std::span(built->bundle)); !written) {
    return tl::unexpected(written.error());
  }
  std::printf("%s: %s from %s; probabilities %s (%s)\n", options.out.c_str(),
              counted(built->bundle.size(), "byte").c_str(),
              baskets_text(counts->baskets >> counts->unit_bits, loaded->weighing).c_str(), built->calibration.c_str(),
              counted(built->calibration_queries, "question").c_str());
  return kOk;
}

}  // namespace

void add_train(CLI::App& program, Action& action) {
  auto const options = std::make_shared<Options>();
  auto& command = *program.add_subcommand("train",
                                          "Counts to bundle, for when the counts come from elsewhere. On up to 1,000 "
                                          "items build is better: it has baskets to learn "
                                          "a second model from.");
  command.add_option("--counts", options->counts, "counts files; several are added up")->required();
  auto* const calibrate =
      command.add_option("--calibrate-on", options->calibrate_on,
                         "transactions that are not in the counts, to choose the model and for honest probabilities");
  command.add_flag("--uncalibrated", options->uncalibrated, "do without: the probabilities are rough then")
      ->excludes(calibrate);
  command.add_option("--items", options->input.items, "items file: names, categories, prices, flags");
  command.add_option("--campaigns", options->input.campaigns, "campaigns file (JSON): rules and coupons");
  command.add_option("--out", options->out, "bundle to write")->required();
  add_shop(command, options->shop);
  add_training(command, options->build);
  add_recency(command, options->build.recency);
  add_reading(command, options->input);
  command.footer(
      "Examples:\n  tillcue-models count --transactions sep.csv oct.csv --out autumn.counts\n"
      "  tillcue-models train --counts autumn.counts --calibrate-on nov.csv --items items.csv --out bundle\n"
      "  tillcue-models train --counts days/*.counts --half-life 60 --window 180 --calibrate-on nov.csv --out bundle");
  command.callback([options, &action] {
    if (options->calibrate_on.empty() && !options->uncalibrated) {
      throw CLI::RequiredError("--calibrate-on (or --uncalibrated)");
    }
    action = [options] { return run(*options); };
  });
}

}  // namespace tillcue::models::app
