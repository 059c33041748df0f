#include <algorithm>
#include <cstdint>
#include <iostream>
#include <memory>
#include <vector>

#include <CLI/CLI.hpp>

#include "app/command_line.hpp"
#include "bundle_budgets.hpp"
#include "office_client.hpp"
#include "program.hpp"
#include "tillcue/sync/crypto.hpp"
#include "tillcue/sync/hq_numbers.hpp"

namespace tillcue::sync {
namespace {

using Json = nlohmann::json;

struct Options {
  OfficeClient office;
  std::string scope = "all", campaign, name, bundle;
  std::vector<std::string> out, back;
  std::string amount, issues;  ///< numbers, or a word: none, file
  std::int64_t free_amount = 0, free_issues = 0;
  std::uint32_t terminals = 0;
  unsigned wait = 5;
  bool all = false, list = false, json = false;
};

void add_common(CLI::App& command, Options& options) {
  options.office.add_to(command);
  add_word_options(command, options.scope, options.wait);
}

Exit tell(Options const& options, Json const& request) {
  auto const done = options.office.ask(request);
  return done ? await_holders(options.office, *done, options.wait) : report_error(done.error());
}

std::string part(Json const& value) { return value.is_null() ? "-" : value.dump(); }

bool over(Json const& budget, std::string const& part) {
  auto const& total = budget[part];
  return !total.is_null() && budget["spent_" + part] > total;
}

void show_budget(Json const& budget) {
  std::cout << budget.value("name", "") << "  amount " << part(budget["amount"]) << ", issues "
            << part(budget["issues"]) << "; spent " << part(budget["spent_amount"]) << ", "
            << part(budget["spent_issues"]) << "; not given out " << part(budget["left_amount"]) << ", "
            << part(budget["left_issues"]);
  if (auto const currency = budget.value("currency", ""); !currency.empty()) std::cout << "; in " << currency;
  std::cout << '\n';
  bool const overspent = over(budget, "amount") || over(budget, "issues");
  if (overspent) std::cout << "    more is spent than there is: nothing more is given out\n";
  bool const own = budget.contains("file_amount") &&
                   (budget["file_amount"] != budget["amount"] || budget["file_issues"] != budget["issues"]);
  if (own) {
    std::cout << "    as head office said it; the campaigns file has amount " << part(budget["file_amount"])
              << ", issues " << part(budget["file_issues"]) << '\n';
  }
  for (auto const& one : budget["terminals"]) {
    std::cout << "    " << one.value("terminal", "") << "  share " << part(one["amount"]) << ", " << part(one["issues"])
              << " (grant " << part(one["grant"]) << ", confirmed " << part(one["confirmed"]) << "); spent "
              << part(one["spent_amount"]) << ", " << part(one["spent_issues"]) << '\n';
    if (one.value("before_amount", std::int64_t{}) == 0 && one.value("before_issues", std::int64_t{}) == 0) continue;
    std::cout << "        was set up anew; counted as spent of its share before: " << part(one["before_amount"]) << ", "
              << part(one["before_issues"]) << '\n';
  }
}

void show_list(Json const& rows, char const* otherwise) {
  for (auto const& row : rows) {
    auto const name = row.value("name", "");
    std::cout << row.value("scope", "") << "  " << (name.empty() ? "everything" : name) << '\n';
  }
  if (rows.empty()) std::cout << otherwise << '\n';
}

/// `what`: stops, stock or budgets.
Exit list(Options const& options, char const* what) {
  auto const shown = options.office.ask({{"do", "show"}});
  if (!shown) return report_error(shown.error());
  auto const& rows = (*shown)[what];
  if (options.json) {
    std::cout << rows.dump(2) << '\n';
  } else if (std::string_view(what) == "budgets") {
    for (auto const& budget : rows) show_budget(budget);
    if (rows.empty()) std::cout << "no budgets\n";
  } else {
    show_list(rows, std::string_view(what) == "stops" ? "nothing is stopped" : "nothing is out of stock");
  }
  return Exit::done;
}

Exit stop(Options const& options, char const* what) {
  if (options.list) return list(options, "stops");
  if (options.all == !options.campaign.empty()) {
    return report_error({Code::invalid, "say --all, or --campaign ID: one of them"}), Exit::usage;
  }
  return tell(options, {{"do", what}, {"scope", options.scope}, {"campaign", options.campaign}});
}

Exit stock(Options const& options) {
  if (options.list || (options.out.empty() && options.back.empty())) return list(options, "stock");
  return tell(options, {{"do", "stock"}, {"scope", options.scope}, {"out", options.out}, {"back", options.back}});
}

/// All that a bundle's campaigns file has.
Exit set_budgets_of(Options const& options) {
  auto const bytes = read_bundle(options.bundle);
  if (!bytes) return report_error(bytes.error());
  auto const bundle = Bundle::from_bytes(as_bytes(*bytes));
  if (!bundle) return report_error(bundle.error().within(options.bundle));
  auto const entered = enter_budgets(options.office, *bundle, options.terminals, "all");
  if (!entered) return report_error(entered.error());
  std::cout << counted(*entered, "budget") << (*entered == 1 ? " is" : " are") << " shared out among the terminals\n";
  auto const shown = options.office.ask({{"do", "show"}});
  return shown ? tell_broker(*shown) : report_error(shown.error());
}

/// What all terminals may spend by their bundles alone is part of the whole, as it is in a campaigns file.
Result<void> check_free(char const* what, std::int64_t each, std::int64_t whole, std::uint32_t terminals) {
  auto const most = whole / std::max<std::int64_t>(terminals, 1);  // the product might not fit
  if (whole < 0 || each <= most) return {};
  auto const of = terminals > 1 ? " for each of " + std::to_string(terminals) + " terminals" : "";
  return fail(Code::invalid, "--free-" + std::string{what} + ' ' + std::to_string(each) + of +
                                 " is more than the whole --" + what + ' ' + std::to_string(whole) + "; at most " +
                                 std::to_string(most));
}

/// Of --amount and --issues: the number, or -1 for a word or nothing.
std::int64_t number_in(std::string const& said) {
  bool const word = said.empty() || said == "none" || said == "file";
  return word ? -1 : std::stoll(said);  // as bad_total let it through
}

void add_part(Json& request, char const* name, std::string const& said) {
  if (said == "none") request["no_limit"].push_back(name);
  if (said == "file") request["as_in_file"].push_back(name);
  if (auto const number = number_in(said); number >= 0) request[name] = number;
}

Exit set_budget(Options const& options) {
  if (options.name.empty() == options.bundle.empty()) {
    return report_error({Code::invalid, "say --name, or --bundle: one of them"}), Exit::usage;
  }
  if (!options.bundle.empty()) return set_budgets_of(options);
  auto good = check_free("amount", options.free_amount, number_in(options.amount), options.terminals);
  if (good) good = check_free("issues", options.free_issues, number_in(options.issues), options.terminals);
  if (!good) return report_error(good.error()), Exit::usage;
  Json request{{"do", "budget set"},
               {"name", options.name},
               {"free_amount", options.free_amount},
               {"free_issues", options.free_issues},
               {"terminals", options.terminals}};
  add_part(request, "amount", options.amount);
  add_part(request, "issues", options.issues);
  auto const done = options.office.ask(request);
  if (!done) return report_error(done.error());
  tell_note(*done);
  std::cout << "budget " << options.name << " is shared out among the terminals\n";
  return tell_broker(*done);
}

Exit end_budget(Options const& options) {
  auto const done = options.office.ask({{"do", "budget end"}, {"name", options.name}});
  if (!done) return report_error(done.error());
  std::cout << "budget " << options.name << " is forgotten: its campaign has the bundle's free share only\n";
  return tell_broker(*done);
}

constexpr std::int64_t kMostOfBudget = 1'000'000'000'000;  // as serve takes

std::string bad_minor(std::string const& text) {
  auto const wrong = not_whole(text, 0, kMostOfBudget);
  return wrong.empty() ? wrong : wrong + ": it is money in minor units, so that 10.50 is written 1050";
}

std::string bad_total(std::string const& text) { return text == "none" || text == "file" ? "" : bad_minor(text); }

std::string bad_count(std::string const& text) {
  return text == "none" || text == "file" ? "" : not_whole(text, 0, kMostOfBudget);
}

void add_stop(CLI::App& app, Command& chosen, char const* what, char const* about) {
  auto const options = std::make_shared<Options>();
  auto* const command = app.add_subcommand(what, about);
  add_common(*command, *options);
  command->add_option("--campaign", options->campaign, "One campaign");
  command->add_flag("--all", options->all, "Every hint and coupon");
  command->add_flag("--list", options->list, "What is stopped now");
  command->add_flag("--json", options->json, "The list as JSON");
  command->footer(
      "Example:\n  tillcue-hq stop --db hq.sqlite --all\n  tillcue-hq resume --db hq.sqlite --all\n"
      "  tillcue-hq stop --db hq.sqlite --campaign spring-jam --scope store:s-1");
  command->callback([options, &chosen, what] { chosen = [options, what] { return stop(*options, what); }; });
}

void add_stock(CLI::App& app, Command& chosen) {
  auto const options = std::make_shared<Options>();
  auto* const command = app.add_subcommand("stock", "Says what is out of stock, or back; without either: lists it");
  add_common(*command, *options);
  command->add_option("--out", options->out, "SKUs that are not to be offered");
  command->add_option("--back", options->back, "SKUs that are there again");
  command->add_flag("--list", options->list, "What is out now");
  command->add_flag("--json", options->json, "The list as JSON");
  command->footer("Example:\n  tillcue-hq stock --db hq.sqlite --scope store:s-1 --out 4006381333931");
  command->callback([options, &chosen] { chosen = [options] { return stock(*options); }; });
}

void add_budget(CLI::App& app, Command& chosen) {
  auto const money = CLI::Validator(bad_minor, "UINT in minor units");
  auto const offers = whole_in_range(0, kMostOfBudget);
  auto const options = std::make_shared<Options>();
  auto* const budget = app.add_subcommand("budget", "Budgets of campaigns, shared out among the terminals");
  budget->footer(
      "Example:\n  tillcue-hq budget set --db hq.sqlite --name butter-20 --amount 500000 --issues 4000\n"
      "What is not given stays as it was. Head office's word stands over releases, until the campaigns file itself\n"
      "says another figure than before; `--amount file --issues file` takes it back.");
  budget->require_subcommand(0, 1);  // none is told by the program
  auto* const set = budget->add_subcommand("set", "Enters a budget, or makes it larger or smaller");
  options->office.add_to(*set);
  set->add_option("--name", options->name, "A campaign, or partner:NAME");
  set->add_option("--bundle", options->bundle,
                  "All budgets of this bundle's campaigns file (publish does it by itself)");
  set->add_option("--amount", options->amount,
                  "Money in minor units, over all terminals; none: without a limit; file: as the campaigns file has it")
      ->check(CLI::Validator(bad_total, "UINT in minor units, none or file"));
  set->add_option("--issues", options->issues, "Offers, over all terminals; none; file")
      ->check(CLI::Validator(bad_count, "UINT, none or file"));
  set->add_option("--free-amount", options->free_amount, "What each terminal may spend by its bundle alone")
      ->check(money);
  set->add_option("--free-issues", options->free_issues, "The same in offers")->check(offers);
  set->add_option("--terminals", options->terminals, "How many terminals have that free share")
      ->check(whole_in_range(0, 1'000'000));
  set->callback([options, &chosen] { chosen = [options] { return set_budget(*options); }; });
  auto* const end = budget->add_subcommand("end", "Forgets a budget: its campaign has the bundle's free share only");
  options->office.add_to(*end);
  end->add_option("--name", options->name, "As in set")->required();
  end->callback([options, &chosen] { chosen = [options] { return end_budget(*options); }; });
  auto* const show = budget->add_subcommand("list", "What is given out and what is spent");
  options->office.add_to(*show);
  show->add_flag("--json", options->json, "As JSON");
  show->callback([options, &chosen] { chosen = [options] { return list(*options, "budgets"); }; });
}

}  // namespace

void add_live_commands(CLI::App& app, Command& chosen) {
  add_stop(app, chosen, "stop", "Stops offers everywhere or in one scope, at once");
  add_stop(app, chosen, "resume", "Takes a stop back");
  add_stock(app, chosen);
  add_budget(app, chosen);
}

}  // namespace tillcue::sync
