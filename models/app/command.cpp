#include "command.hpp"

#include <chrono>
#include <cstdio>
#include <memory>

#include <unistd.h>

#include "tillcue/models/atomic_file.hpp"

namespace tillcue::models::app {
namespace {

constexpr std::size_t kLargestCampaigns = 16U << 20U;
constexpr std::size_t kLargestBundle = 1U << 30U;

}  // namespace

void tell(BadRows const& bad) {
  for (auto const& text : bad.notes()) std::fprintf(stderr, "note: %s\n", text.c_str());
  if (bad.bad() == 0) return;
  for (auto const& text : bad.shown()) std::fprintf(stderr, "bad row: %s\n", text.c_str());
  std::fprintf(stderr, "%llu of %llu rows were bad and left out\n", static_cast<unsigned long long>(bad.bad()),
               static_cast<unsigned long long>(bad.rows()));
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

void add_max_bad_rows(CLI::App& command, InputOptions& input) {
  command.add_option("--max-bad-rows", input.max_bad_percent, "fail when more than this percentage of rows is bad")
      ->check(CLI::Range(0.0, 100.0))
      ->capture_default_str();
}

void add_threads(CLI::App& command, unsigned& threads) {
  command.add_option("--threads", threads, "0: all; the result does not depend on it")
      ->check(CLI::Range(0, 1024))
      ->capture_default_str();
}

void add_training(CLI::App& command, TrainingOptions& training) {
  command.add_option("--neighbours", training.neighbours, "weights kept per item")
      ->check(CLI::Range(1, 4096))
      ->capture_default_str();
  command.add_option("--min-baskets", training.min_baskets, "items in fewer baskets are only ranked by popularity")
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

TransactionLimits limits_of(InputOptions const& input) {
  TransactionLimits limits;
  limits.bad_rows = input.max_bad_percent / 100;
  return limits;
}

Result<Dataset> load_transactions(std::vector<std::string> const& files, InputOptions const& input,
                                  Advance const& advance) {
  TransactionReader reader(limits_of(input));
  for (auto const& file : files) {
    if (auto const added = reader.add(file, advance); !added) return tl::unexpected(added.error());
  }
  auto data = reader.finish();
  if (data) tell(reader.bad());
  return data;
}

Result<Catalogue> load_catalogue(InputOptions const& input) {
  if (input.items.empty()) return Catalogue{};
  BadRows bad;
  auto catalogue = read_catalogue(input.items, input.max_bad_percent / 100, bad);
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
