#include <chrono>
#include <cstdio>
#include <map>
#include <memory>

#include <nlohmann/json.hpp>

#include "command.hpp"
#include "tillcue/models/atomic_file.hpp"
#include "tillcue/models/campaign_check.hpp"
#include "tillcue/models/campaign_explain.hpp"
#include "tillcue/models/field.hpp"
#include "tillcue/models/ladders.hpp"
#include "tillcue/models/pair_rows.hpp"
#include "tillcue/models/wording.hpp"

namespace tillcue::models::app {
namespace {

struct Options {
  std::string file, bundle;
  InputOptions input;
  ShopOptions shop;
  std::size_t top = 10;
  bool json = false;
  std::string at;  ///< a time
  // of explain
  std::string basket, live;
  std::string shown, declined, accepted;
  std::vector<std::string> today, usual, channels;
  ExplainQuestion question;
};

/// What rules are tried on: a bundle's items, or those of the items file and the transactions.
struct Ground {
  std::optional<Ranker> learned;
  Catalogue catalogue;
  BundleSource source;
};

/// The day of the last transaction, and what was sold.
Result<std::vector<std::string>> sold_in(Options const& options, std::int64_t& last) {
  std::vector<std::string> sold;
  if (options.input.transactions.empty()) return sold;
  auto const data = load_transactions(options.input.transactions, options.input);
  if (!data) return tl::unexpected(data.error());
  std::vector<std::uint32_t> all(data->baskets());
  for (std::uint32_t n = 0; n < all.size(); ++n) all[n] = n;
  auto const counts = count_items(*data, all);
  if (!counts) return tl::unexpected(counts.error());
  if (counts->time_kind == TimeKind::calendar) last = counts->to;
  for (auto const& item : counts->items) sold.push_back(item.sku);
  return sold;
}

/// The items file says anew what is excluded: the bundle only says that something is.
void take_flags(Catalogue const& catalogue, BundleSource& source) {
  constexpr auto kBorrowed = static_cast<std::uint16_t>(ItemFlag::borrowed_row);
  for (auto& item : source.items) {
    if (auto const* const known = catalogue.find(item.sku)) {
      item.flags = static_cast<std::uint16_t>((item.flags & kBorrowed) | known->flags);
    }
  }
}

Result<Ground> ground_of(Options const& options) {
  Ground ground;
  auto catalogue = load_catalogue(options.input);
  if (!catalogue) return tl::unexpected(catalogue.error());
  ground.catalogue = std::move(*catalogue);
  if (!options.bundle.empty()) {
    auto ranker = load_bundle(options.bundle);
    if (!ranker) return tl::unexpected(ranker.error());
    ground.learned = std::move(*ranker);
    ground.source = source_of(ground.learned->bundle());
    take_flags(ground.catalogue, ground.source);
    return ground;
  }
  CompileOptions compile;
  if (auto const applied = apply(options.shop, compile); !applied) return tl::unexpected(applied.error());
  std::int64_t last = 0;
  auto const sold = sold_in(options, last);
  if (!sold) return tl::unexpected(sold.error());
  ground.source = source_of(ground.catalogue, *sold, compile.currency, compile.language);
  ground.source.created = last;
  return ground;
}

Result<Campaigns> read(Options const& options, Ground const& ground) {
  auto input = options.input;
  input.campaigns = options.file;
  return load_campaigns(input, ground.source.currency, assortment_of(ground.source));
}

Result<std::int64_t> time_at(std::string const& text) {
  auto const at = parse_iso8601(text);
  if (!at) return fail(Code::invalid, "--at: '" + text + "' is no time; write 2026-12-31T18:00");
  return *at;
}

/// The day a file is looked at: the one asked for, or the data's last, or today where there is no data with dates. It
/// becomes the source's date.  Result  what it is called.
Result<std::string_view> look_at_day(Options const& options, BundleSource& source) {
  if (!options.at.empty()) {
    auto const at = time_at(options.at);
    if (!at) return tl::unexpected(at.error());
    source.created = *at;
    return "the day of --at";
  }
  if (source.created != 0) return "the data's last day";
  source.created = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
  return "today";
}

nlohmann::ordered_json as_json(AppliedCampaigns const& applied, BundleSource const& source,
                               std::vector<Finding> const& findings) {
  nlohmann::ordered_json out = {{"campaigns", applied.number.size()}, {"looked_at", date_text(source.created)}};
  out["findings"] = nlohmann::ordered_json::array();
  for (auto const& finding : findings) {
    out["findings"].push_back({{"line", finding.place.line},
                               {"path", finding.place.path},
                               {"severity", finding.error ? "error" : "warning"},
                               {"what", finding.what}});
  }
  out["legal"] = nlohmann::ordered_json::array();
  for (auto const& caught : applied.legal) {
    auto const& item = source.items[caught.item];
    out["legal"].push_back({{"pack", caught.pack->name}, {"sku", item.sku}, {"name", item.name}, {"why", caught.why}});
  }
  return out;
}

void print_legal(AppliedCampaigns const& applied, BundleSource const& source, LegalChoice const& choice,
                 std::size_t shown) {
  std::printf("legal packs%s%s\n", choice.country.empty() ? "" : " of ", choice.country.c_str());
  for (auto const* const pack : packs_of(choice)) {
    std::vector<LegalCatch const*> caught;
    for (auto const& one : applied.legal) {
      if (one.pack == pack) caught.push_back(&one);
    }
    std::printf("  %s (%s): %s\n", pack->name.c_str(), pack->title.c_str(), counted(caught.size(), "item").c_str());
    for (std::size_t n = 0; n < std::min(shown, caught.size()); ++n) {
      auto const& item = source.items[caught[n]->item];
      std::printf("    %s  %s  (%s)\n", item.sku.c_str(), item.name.c_str(), caught[n]->why.c_str());
    }
    if (caught.size() > shown) std::printf("    ... and %zu more (--top, --json)\n", caught.size() - shown);
  }
}

Result<int> check(Options const& options) {
  auto ground = ground_of(options);
  if (!ground) return tl::unexpected(ground.error());
  auto const campaigns = read(options, *ground);
  if (!campaigns) return tl::unexpected(campaigns.error());
  auto const day = look_at_day(options, ground->source);
  if (!day) return tl::unexpected(day.error());
  auto const applied = apply_campaigns(*campaigns, ground->source);
  auto const findings = cross_check(*campaigns, applied, ground->source, *day);
  std::size_t errors = 0;
  for (auto const& finding : findings) errors += finding.error ? 1 : 0;
  if (options.json) {
    std::printf("%s\n", as_json(applied, ground->source, findings)
                            .dump(2, ' ', false, nlohmann::json::error_handler_t::replace)
                            .c_str());
    return errors > 0 ? kBadInput : kOk;
  }
  for (auto const& finding : findings) std::fprintf(stderr, "%s\n", text_of(finding, options.file).c_str());
  std::printf("%s: %s, %s, %s, dates as of %s (%s)\n", options.file.c_str(),
              counted(campaigns->campaigns.size(), "campaign").c_str(), counted(errors, "error").c_str(),
              counted(findings.size() - errors, "warning").c_str(), date_text(ground->source.created).c_str(),
              std::string(*day).c_str());
  print_legal(applied, ground->source, campaigns->legal, options.top);
  return errors > 0 ? kBadInput : kOk;
}

Result<Ranker> compiled(Campaigns const& campaigns, Ground& ground) {
  auto& source = ground.source;
  (void)apply_campaigns(campaigns, source);
  LadderOptions const ladders;
  std::vector<LadderStep> manual;
  for (auto const& rule : campaigns.ladders) {
    auto const steps = manual_steps(rule, {}, ground.catalogue, source, ladders.most_steps);
    manual.insert(manual.end(), steps.begin(), steps.end());
  }
  source.ladders = join_ladders(manual, source.ladders, ladders.most_steps);
  Result<std::vector<std::byte>> bytes;
  if (ground.learned) {
    bytes = write_bundle(source, ground.learned->bundle());
  } else {
    source.rows.assign(source.items.size(), {});
    source.bias.assign(source.items.size(), 0);
    source.calibration.assign(1, {{{0, campaigns.policy.expert_probability_ppm}}});
    bytes = write_bundle(source);
  }
  if (!bytes) return tl::unexpected(bytes.error());
  return Ranker::open(std::move(*bytes));
}

/// "NAME=VALUE".
Result<std::pair<std::string, std::string>> split(std::string const& entry, char const* option, char const* form) {
  auto const at = entry.rfind('=');
  if (at != std::string::npos && at > 0 && at + 1 < entry.size())
    return std::pair{entry.substr(0, at), entry.substr(at + 1)};
  return fail(Code::invalid, std::string(option) + ": '" + entry + "'; write " + form);
}

Result<void> read_prompts(Options& options) {
  struct {
    std::string const& text;
    Response response;
    char const* option;
  } const said[] = {{options.shown, Response::ignored, "--shown"},
                    {options.accepted, Response::accepted, "--accepted"},
                    {options.declined, Response::declined, "--declined"}};
  for (auto const& one : said) {
    auto prompts = parse_prompts(one.text, one.response, one.option);
    if (!prompts) return tl::unexpected(prompts.error());
    auto& before = options.question.before;
    before.insert(before.end(), prompts->begin(), prompts->end());
  }
  return {};
}

Result<void> read_habits(Options& options) {
  for (auto const& entry : options.today) {
    auto const parts = split(entry, "--campaign-today", "CAMPAIGN=TIMES");
    if (!parts) return tl::unexpected(parts.error());
    auto const times = parse_decimal(parts->second, 0);
    if (!times || *times < 0 || *times > 1000)
      return fail(Code::invalid, "--campaign-today: '" + entry + "': times are 0 to 1000");
    options.question.campaigns_today.emplace_back(parts->first, static_cast<std::uint16_t>(*times));
  }
  for (auto const& entry : options.usual) {
    auto const parts = split(entry, "--usual", "SKU=SHARE, like 4711=0.8");
    if (!parts) return tl::unexpected(parts.error());
    auto const share = parse_decimal(parts->second, 6);
    if (!share || *share < 0 || *share > 1'000'000)
      return fail(Code::invalid, "--usual: '" + entry + "': a share is 0 to 1");
    options.question.usual.emplace_back(parts->first, Probability{static_cast<std::uint32_t>(*share)});
  }
  if (options.channels.empty()) return {};
  options.question.channels = 0;
  std::map<std::string, Channel> const known{
      {"screen", Channel::screen}, {"receipt", Channel::receipt}, {"display", Channel::display}};
  for (auto const& word : options.channels) {
    auto const at = known.find(word);
    if (at == known.end()) return fail(Code::invalid, "--channels: '" + word + "' is none of screen, receipt, display");
    options.question.channels = static_cast<std::uint8_t>(options.question.channels | mask_of(at->second));
  }
  return {};
}

Result<void> read_live(Options& options) {
  if (options.live.empty()) return {};
  constexpr std::size_t kLargest = std::size_t{1} << 20U;  // as a till
  auto const text = read_file(options.live, kLargest);
  if (!text) return tl::unexpected(text.error().within("--live"));
  auto words = parse_live_words(*text, options.live);
  if (!words) return tl::unexpected(words.error());
  for (auto const& field : words->unread) tell_notes({options.live + ": " + field + " is a field no till reads"});
  options.question.live = std::move(*words);
  return {};
}

Result<int> explain(Options& options) {
  for (auto const read : {read_prompts, read_habits, read_live}) {
    if (auto const done = read(options); !done) return tl::unexpected(done.error());
  }

  auto ground = ground_of(options);
  if (!ground) return tl::unexpected(ground.error());
  auto lines = parse_basket(options.basket, ground->source.currency);
  if (!lines) return tl::unexpected(lines.error());
  options.question.basket = std::move(*lines);
  // A bundle's other codes (GTIN) are not carried over.
  for (auto& line : options.question.basket) {
    if (!ground->learned) break;
    auto const& bundle = ground->learned->bundle();
    if (auto const item = bundle.find(line.sku); item != kNoItem) line.sku = bundle.item(item).sku;
  }
  if (!options.at.empty()) {
    auto const at = time_at(options.at);
    if (!at) return tl::unexpected(at.error());
    options.question.at = *at;
  }
  auto const campaigns = read(options, *ground);
  if (!campaigns) return tl::unexpected(campaigns.error());
  if (!ground->learned) {
    tell_notes(
        {"without a bundle nothing is learned: every item is taken to be as likely as policy.expert_probability"});
  }
  auto const ranker = compiled(*campaigns, *ground);
  if (!ranker) return tl::unexpected(ranker.error());
  auto const& spoken = options.question.language;
  if (auto const note = language_note(*campaigns, spoken, ground->source.language); !spoken.empty() && !note.empty()) {
    tell_notes({"--speak: " + note});
  }
  auto const explanation = explain_decision(ranker->share(), options.question);
  std::fputs((options.json ? json_report(explanation) : text_report(explanation, options.top)).c_str(), stdout);
  return kOk;
}

void add_ground(CLI::App& command, Options& options) {
  command.add_option("FILE", options.file, "campaigns file (JSON)")->required();
  command.add_option("--items", options.input.items, "items file: names, categories, prices, flags");
  command.add_option("--bundle", options.bundle, "take the items, and what was learned, from this bundle");
  command.add_option("--top", options.top, "lines of a long list")
      ->check(whole_in_range(1, 1'000'000))
      ->capture_default_str();
  command.add_flag("--json", options.json, "print one JSON object");
  add_shop(command, options.shop);
}

void need_ground(Options const& options) {
  if (options.input.items.empty() && options.bundle.empty()) throw CLI::RequiredError("--items or --bundle");
}

void add_check(CLI::App& campaign, Action& action) {
  auto const options = std::make_shared<Options>();
  auto& command = *campaign.add_subcommand("check", "Tells everything that is wrong with a campaigns file.");
  add_ground(command, *options);
  command.add_option("--transactions", options->input.transactions,
                     "their SKUs count as known, their last day as today");
  command.add_option("--at", options->at, "the time dates are looked at, like 2026-12-31T18:00")
      ->default_str("the data's last day, else today");
  add_reading(command, options->input);
  command.footer("Example:\n  tillcue-models campaign check campaigns.json --items items.csv");
  command.callback([options, &action] {
    need_ground(*options);
    action = [options] { return check(*options); };
  });
}

void add_explain(CLI::App& campaign, Action& action) {
  auto const options = std::make_shared<Options>();
  auto& question = options->question;
  auto& command = *campaign.add_subcommand(
      "explain", "What a till with these campaigns would offer to a basket, and what stopped everything else.");
  add_ground(command, *options);
  command.add_option("--basket", options->basket, "SKU[*QUANTITY][@PRICE],... in the order of the scans")->required();
  add_choice(command, "--stage", question.stage,
             {{"scan", Stage::scan}, {"subtotal", Stage::subtotal}, {"tender", Stage::tender}},
             "scan, subtotal or tender")
      ->default_str("subtotal");
  command.add_option("--at", options->at, "the store's time, like 2026-12-31T18:00")->default_str("the bundle's date");
  command.add_option("--customer", question.customer, "any name: somebody who is known");
  command.add_option("--visits", question.visits, "of the customer, before this one")
      ->check(CLI::Range(0U, 1'000'000'000U))
      ->capture_default_str();
  command.add_option("--segment", question.segment, "of the customer");
  command.add_option("--store", question.place.store, "the till's store");
  command.add_option("--group", question.place.group, "the store's group");
  command.add_option("--till", question.place.terminal, "the till");
  command.add_option("--shown", options->shown, "SKU[:CAMPAIGN],... said before in this sale, and not answered");
  command.add_option("--declined", options->declined, "the same, declined: the last of them may bring a cheaper one");
  command.add_option("--accepted", options->accepted, "the same, accepted");
  command.add_option("--seconds-since", question.seconds_since, "seconds since the last of them")
      ->check(CLI::Range(0, 86'400))
      ->capture_default_str();
  command.add_option("--pace", question.pace, "scans a minute now; 0: slow")
      ->check(CLI::Range(0, 1000))
      ->capture_default_str();
  command.add_option("--hints-today", question.hints_today, "prompts the customer had in earlier sales of the day");
  command.add_option("--coupons-today", question.coupons_today, "coupons likewise");
  command.add_option("--campaign-today", options->today, "CAMPAIGN=TIMES: offers of it likewise")->delimiter(',');
  command.add_option("--usual", options->usual, "SKU=SHARE,... of the customer's visits")->delimiter(',');
  command.add_flag("--no-paper", question.no_paper, "the customer wants nothing printed");
  command.add_option("--channels", options->channels, "that work now: screen,receipt,display (all)")->delimiter(',');
  command.add_option("--live", options->live, "a till's live.json: stop switches, shares of budgets, stock");
  command
      .add_option("--probably-out", question.probably_out,
                  "SKU,... the till holds back, because they have not sold for long")
      ->delimiter(',');
  command.add_option("--speak", question.language, "language of the sentences")->default_str("the bundle's");
  command.footer(
      "Example:\n  tillcue-models campaign explain campaigns.json --bundle bundle --basket '1001,1031*2' --stage "
      "tender");
  command.callback([options, &action] {
    need_ground(*options);
    action = [options] { return explain(*options); };
  });
}

void add_schema(CLI::App& campaign, Action& action) {
  auto& command = *campaign.add_subcommand("schema", "Prints the JSON Schema of campaigns files.");
  command.callback([&action] {
    action = []() -> Result<int> {
      auto const schema = campaigns_schema();
      std::fwrite(schema.data(), 1, schema.size(), stdout);
      return kOk;
    };
  });
}

}  // namespace

void add_campaign(CLI::App& program, Action& action) {
  auto& campaign = *program.add_subcommand("campaign", "Checks and explains campaigns files.");
  campaign.require_subcommand(0, 1);  // none is told by the program
  add_check(campaign, action);
  add_explain(campaign, action);
  add_schema(campaign, action);
}

}  // namespace tillcue::models::app
