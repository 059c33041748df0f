#include "command.hpp"

#include <array>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <memory>

#include <unistd.h>

#include "tillcue/models/atomic_file.hpp"
#include "tillcue/models/counted_source.hpp"
#include "tillcue/models/field.hpp"
#include "tillcue/models/wording.hpp"

namespace tillcue::models::app {
namespace {

constexpr std::size_t kLargestCampaigns = 16U << 20U;
constexpr std::size_t kLargestBundle = 1U << 30U;

}  // namespace

void tell(BadRows const& bad) {
  for (auto const& text : bad.notes()) std::fprintf(stderr, "note: %s\n", text.c_str());
  if (bad.bad() == 0) return;
  for (auto const& text : bad.shown()) std::fprintf(stderr, "bad row: %s\n", text.c_str());
  std::fprintf(stderr, "%s of %s %s bad and left out; --max-bad-rows 0 would refuse them\n", grouped(bad.bad()).c_str(),
               counted(bad.rows(), "row").c_str(), bad.bad() == 1 ? "was" : "were");
}

int report(Error const& error) {
  std::fprintf(stderr, "tillcue-models: %s\n", error.what.c_str());
  bool const system = error.code == Code::io || error.code == Code::timeout || error.code == Code::busy;
  return system ? kFailed : kBadInput;
}

Progress progress_on_terminal() {
  if (isatty(STDERR_FILENO) == 0) return {};
  using Clock = std::chrono::steady_clock;
  struct Shown {
    std::string step;
    Clock::time_point since;
    int percent = -1;
  };
  auto const shown = std::make_shared<Shown>();
  auto const step = [shown](std::string_view name) {
    auto const now = Clock::now();
    if (!shown->step.empty()) {
      std::fprintf(stderr, "\r%s ... %.2f s\n", shown->step.c_str(),
                   std::chrono::duration<double>(now - shown->since).count());
    }
    *shown = {std::string(name), now, -1};
    if (!name.empty()) std::fprintf(stderr, "%s ...", shown->step.c_str());
  };
  auto const advance = [shown](double share) {
    auto const percent = static_cast<int>(share * 100);
    if (percent == shown->percent || shown->step.empty()) return;
    shown->percent = percent;
    std::fprintf(stderr, "\r%s ... %d %%", shown->step.c_str(), percent);
  };
  return {step, advance};
}

CLI::Validator in_range(double low, double high) {
  auto const ends = [low, high](char const* between) {
    std::array<char, 64> text{};
    std::snprintf(text.data(), text.size(), "%.12g%s%.12g", low, between, high);
    return std::string(text.data());
  };
  auto const judge = [low, high, ends](std::string const& text) -> std::string {
    char* end = nullptr;
    auto const number = std::strtod(text.c_str(), &end);
    if (end != text.c_str() && *end == '\0' && number >= low && number <= high) return {};
    return "'" + text + "' is no number from " + ends(" to ");
  };
  return {judge, "FLOAT in [" + ends(" - ") + "]"};
}

void add_reading(CLI::App& command, InputOptions& input) {
  command
      .add_option_function<std::string>(
          "--format",
          [&input](std::string const& word) {
            input.import.format = parse_sales_format(word);
            if (!input.import.format) throw CLI::ValidationError("--format", "is one of csv, jsonl, poslog");
          },
          "of the transactions: csv, jsonl or poslog")
      ->default_str("by name, else by content");
  add_choice(command, "--poslog-sku", input.import.poslog_sku,
             {{"item", PoslogSku::item_id}, {"pos-item", PoslogSku::pos_item_id}},
             "which code of a POSLog line is the SKU: item or pos-item")
      ->default_str("item");
  command.add_flag("--allow-duplicates", input.allow_duplicates, "take the same sales twice without an error");
  command
      .add_option_function<double>(
          "--max-bad-rows", [&input](double percent) { input.bad_rows = percent / 100; },
          "fail when more than this percentage of rows is bad")
      ->check(in_range(0, 100))
      ->default_str(input.bad_rows.words());
}

void add_recency(CLI::App& command, Recency& recency) {
  recency.half_life_days = kUsualHalfLife;
  recency.if_possible = true;  // until something is asked for
  auto const asked = [&recency](auto const& set) {
    return [&recency, set](std::string const& text) {
      recency.if_possible = false;
      set(text);
    };
  };
  auto const days = [](std::string const& option, std::string const& text) {
    auto const number = parse_decimal(text, 3);
    if (!number || *number < 0 || *number > 36'500'000) {
      throw CLI::ValidationError(option, '\'' + text + "' is no number of days from 0 to 36500");
    }
    return static_cast<double>(*number) / 1000;
  };
  command
      .add_option_function<std::string>("--half-life", asked([&recency, days](auto const& text) {
                                          recency.half_life_days = days("--half-life", text);
                                        }),
                                        "a basket this many days older counts half; 0: off")
      ->default_str("180 where there are dates");
  command
      .add_option_function<std::string>("--window", asked([&recency, days](auto const& text) {
                                          auto const whole = days("--window", text);
                                          if (std::floor(whole) < whole) {
                                            throw CLI::ValidationError("--window", "is a number of whole days");
                                          }
                                          recency.window_days = static_cast<std::uint32_t>(whole);
                                        }),
                                        "baskets older than so many days do not count; 0: off")
      ->default_str("0");
  command
      .add_option_function<std::string>("--as-of", asked([&recency](auto const& text) {
                                          auto const seconds = parse_iso8601(text);
                                          if (!seconds)
                                            throw CLI::ValidationError("--as-of",
                                                                       '\'' + text + "' is no date like 2026-11-20");
                                          recency.as_of = day_of(*seconds);
                                        }),
                                        "the day ages are counted from; what was sold later exists for nothing")
      ->default_str("day of the last basket, but for a few long after all others");
}

void add_threads(CLI::App& command, unsigned& threads) {
  command.add_option("--threads", threads, "0: all; the result does not depend on it")
      ->check(CLI::Range(0, 1024))
      ->capture_default_str();
}

void add_training(CLI::App& command, BuildOptions& build) {
  auto& training = build.training;
  command
      .add_option("--bytes-per-item", build.bytes_per_item,
                  "most bytes in the table the till serves for each item sold")
      ->check(in_range(8, 4096))
      ->capture_default_str();
  command.add_option("--min-baskets", training.min_baskets, "items in fewer baskets have no weights of their own")
      ->check(CLI::Range(1, 1'000'000))
      ->capture_default_str();
  add_threads(command, training.threads);
}

void add_shop(CLI::App& command, ShopOptions& shop) {
  command.add_option("--currency", shop.currency, "ISO 4217 code of all prices")->capture_default_str();
  command.add_option("--language", shop.language, "of names and texts: en, ru, ...")->capture_default_str();
}

Result<void> apply(ShopOptions const& shop, CompileOptions& compile) {
  auto const currency = parse_currency(shop.currency);
  if (!currency) return tl::unexpected(currency.error().within("--currency"));
  auto const& code = shop.language;
  bool const letters = std::all_of(code.begin(), code.end(), [](char c) { return c >= 'a' && c <= 'z'; });
  if (!letters || code.size() < 2 || code.size() > 3) {
    return fail(Code::invalid, "--language: '" + code + "' is no language code; write two small letters like en or ru");
  }
  compile.currency = *currency;
  compile.language = code;
  return {};
}

std::vector<std::string> files_of(InputOptions const& input, std::vector<std::string> more) {
  more.insert(more.end(), input.transactions.begin(), input.transactions.end());
  more.push_back(input.items);
  more.push_back(input.campaigns);
  std::erase(more, "");
  return more;
}

TransactionLimits limits_of(InputOptions const& input) {
  TransactionLimits limits;
  limits.bad_rows = input.bad_rows;
  limits.until = input.until;
  limits.want_strays = input.want_strays;
  limits.dated_prices = input.dated_prices;
  return limits;
}

Result<Dataset> load_transactions(std::vector<std::string> const& files, InputOptions const& input,
                                  Advance const& advance) {
  TransactionReader reader(limits_of(input));
  for (auto const& file : files) {
    if (auto const added = add_sales(reader, file, input.import, advance); !added) return tl::unexpected(added.error());
  }
  auto data = reader.finish();
  if (!data) return data;
  tell(reader.bad());
  if (files.size() > 1 && !input.allow_duplicates) {
    auto const single = refuse_duplicates(sources_by_file(*data, files), kGiveOnce);
    if (!single) return tl::unexpected(single.error());
  }
  return data;
}

void tell_notes(std::vector<std::string> const& notes) {
  for (auto const& note : notes) std::fprintf(stderr, "note: %s\n", note.c_str());
}

void tell_missing(Catalogue const& catalogue, std::vector<std::string> const& sold, InputOptions const& input) {
  if (!input.items.empty()) tell_notes(missing_items(catalogue, sold, input.items));
}

Result<Catalogue> load_catalogue(InputOptions const& input) {
  if (input.items.empty()) return Catalogue{};
  BadRows bad;
  auto catalogue = read_catalogue(input.items, input.bad_rows, bad);
  if (catalogue) tell(bad);
  return catalogue;
}

Result<Campaigns> load_campaigns(InputOptions const& input, Currency currency, Assortment const& assortment) {
  if (input.campaigns.empty()) return Campaigns{};
  auto const text = read_file(input.campaigns, kLargestCampaigns);
  if (!text) return tl::unexpected(text.error());
  return parse_campaigns(*text, input.campaigns, currency, assortment);
}

Result<Ranker> load_bundle(std::string const& path) {
  auto const text = read_file(path, kLargestBundle);
  if (!text) return tl::unexpected(text.error());
  auto const bytes = std::as_bytes(std::span(text->data(), text->size()));
  auto ranker = Ranker::open({bytes.begin(), bytes.end()});
  if (!ranker) return tl::unexpected(ranker.error().within(path));
  return ranker;
}

}  // namespace tillcue::models::app
