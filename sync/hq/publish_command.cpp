#include "publish_command.hpp"

#include <algorithm>
#include <iostream>
#include <memory>

#include <CLI/CLI.hpp>

#include "app/command_line.hpp"
#include "bundle_budgets.hpp"
#include "tillcue/core/bundle.hpp"
#include "tillcue/core/card_number.hpp"
#include "tillcue/sync/hq_bond.hpp"
#include "tillcue/sync/hq_key_words.hpp"
#include "tillcue/sync/hq_known.hpp"
#include "tillcue/sync/hq_numbers.hpp"
#include "tillcue/sync/hq_publisher.hpp"
#include "tillcue/sync/hq_store.hpp"
#include "tillcue/sync/hq_terminals.hpp"
#include "tillcue/sync/hq_time.hpp"

namespace tillcue::sync {
namespace {

using Options = PublishCommand;

std::string note_value(std::string_view note, std::string_view key) {
  for (std::size_t begin = 0; begin < note.size();) {
    auto const end = std::min(note.find('\n', begin), note.size());
    auto const line = note.substr(begin, end - begin);
    if (line.size() > key.size() && line.substr(0, key.size()) == key && line[key.size()] == '=') {
      return std::string{line.substr(key.size() + 1)};
    }
    begin = end + 1;
  }
  return {};
}

/// What the builder's comparison with the running bundle came to; the bundle's note says it (models/README.md). Without
/// one nothing was compared: a first bundle, an old one published again.
Result<void> pass_gate(Options const& options, std::span<std::byte const> bytes) {
  auto const bundle = Bundle::from_bytes(bytes);
  if (!bundle) return tl::unexpected{bundle.error().within(options.bundle)};
  auto const note = bundle->info().note;
  auto const gate = note_value(note, "gate");
  auto const reason = note_value(note, "gate_reason");
  if (gate == "failed" && !options.force) {
    return fail(Code::rejected, options.bundle + ": it was refused as worse than the running bundle (" + reason +
                                    "); build a better one, or publish it all the same with --force");
  }
  if (gate == "failed" || gate == "forced") {
    std::cerr << "note: published although worse than the bundle it replaces: " << reason << '\n';
  } else if (gate != "passed") {
    std::cerr << "note: " << options.bundle
              << " was not compared with the running bundle (tillcue-models build --replaces)\n";
  }
  return {};
}

Result<std::uint64_t> known_release(Options const& options) {
  if (options.database.empty()) return 0;
  auto db = open_hq_reader(options.database);
  if (!db) return tl::unexpected{db.error()};
  return newest_release(*db, "");
}

/// A release that no terminal believes is better not published, nor one that another chain's numbers are counted for.
/// What was published under a key that terminals believe is ours, whoever of them signs now.
Result<void> check_bond(Options const& options, SigningKey const& key, KeyRing& trusted) {
  if (options.database.empty()) return {};
  auto db = open_hq_reader(options.database);
  if (!db) return tl::unexpected{db.error().within("--db")};
  if (auto good = check_chain(*db, options.publish.chain); !good) return tl::unexpected{good.error().within("--db")};
  auto const good = check_signer(*db, options.publish.chain, key.id(), trusted);
  if (!good) return tl::unexpected{good.error().within("--key")};
  auto const pinned = pin_believed(*db, options.publish.chain, trusted);
  return pinned ? Result<void>{} : tl::unexpected{pinned.error().within("--db")};
}

/// What would be counted together with other money is better not published.
Result<void> check_budgets(Options const& options, std::span<std::byte const> bytes) {
  auto const bundle = Bundle::from_bytes(bytes);
  if (!bundle) return tl::unexpected{bundle.error().within(options.bundle)};
  if (options.database.empty()) return {};
  auto db = open_hq_reader(options.database);
  if (!db) return tl::unexpected{db.error().within("--db")};
  auto const good = check_budget_currency(*db, budget_plans(*bundle), bundle->info().currency.text());
  return good ? Result<void>{} : tl::unexpected{good.error().within(options.bundle)};
}

/// What is odd about the scope, as far as HQ knows the fleet.
Result<void> note_scope(Options const& options) {
  auto const scope = Scope::parse(options.publish.scope);
  if (!scope || options.database.empty()) return {};  // a wrong one is refused with all else that is wrong
  auto db = open_hq_reader(options.database);
  auto const note = db ? unknown_scope(*db, *scope) : Result<std::string>{tl::unexpected{db.error()}};
  if (!note) return tl::unexpected{note.error().within("--db")};
  if (!note->empty()) std::cerr << "note: " << *note << '\n';
  return {};
}

Result<KeyRing> trusted_keys(Options const& options, SigningKey const& key) {
  KeyRing ring;
  ring.pin(key.public_key());
  for (auto const& file : options.trusted) {
    if (auto done = ring.pin_file(file); !done) return tl::unexpected{done.error()};
  }
  return ring;
}

void show(Published const& done) {
  std::cout << "published release " << done.release << ": " << done.bytes << " bytes, " << counted(done.chunks, "chunk")
            << ", " << done.upload.count() << " ms to the broker\n"
            << "bundle " << done.bundle.hex() << '\n';
  if (done.parcels > 0) {
    std::cout << counted(done.parcels, "parcel") << " beside it, " << (done.parcels > 1 ? "the smallest of " : "of ")
              << done.smallest << " bytes\n";
  }
  if (done.cleared_chunks > 0) {
    std::cout << "cleared " << counted(done.cleared_chunks, "chunk") << " of older releases\n";
  }
}

Exit judge_wait(Options const& options, Published const& done) {
  if (options.wait_seconds == 0) return Exit::done;
  auto const& scope = options.publish.scope;
  auto const where = scope == "all" ? std::string{} : " in " + scope;
  std::cout << done.active << " of " << done.online << " terminals online" << where << " run release " << done.release
            << '\n';
  if (done.online > 0 && done.active == done.online) return Exit::done;
  std::cerr << "tillcue-hq: error: "
            << (done.online == 0
                    ? "no terminal" + where + " is online" +
                          (done.elsewhere == 0 ? "" : ", " + std::to_string(done.elsewhere) + " elsewhere") +
                          "; it will be fetched when one comes"
                    : "not every terminal ran it in time; see `tillcue-hq terminals`")
            << '\n';
  return Exit::not_everyone;
}

/// Bundles that terminals run, as far as copies are here: deltas are made against them.
Result<std::vector<std::vector<std::byte>>> bases_of(Options const& options, BundleShelf const* shelf) {
  std::vector<std::vector<std::byte>> bases;
  if (options.database.empty() || shelf == nullptr) return bases;
  auto db = open_hq_reader(options.database);
  if (!db) return tl::unexpected{db.error().within("--db")};
  auto const used = bundles_in_use(*db, options.deltas);
  if (!used) return tl::unexpected{used.error().within("--db")};
  for (auto const& digest : *used) {
    auto bytes = shelf->whole(digest);
    if (bytes) bases.push_back(std::move(*bytes));
    if (!bytes)
      std::cerr << "note: no delta against " << digest.hex().substr(0, 12) << ": its copy is not in --bundles\n";
  }
  return bases;
}

/// The bundle is out: serve learns the names of its campaigns and its SKUs, to tell a slip of the finger in a `stop`,
/// `stock` or `names`. That can wait for the next bundle: nobody is asked to come back for it.
void pass_on_names(Options const& options, std::span<std::byte const> bytes) {
  auto const bundle = Bundle::from_bytes(bytes);
  if (!bundle || options.database.empty()) return;
  OfficeClient const office{options.database, ""};
  auto campaigns = nlohmann::json::array();
  for (std::size_t n = 0; n < bundle->campaign_count(); ++n) campaigns.push_back(bundle->campaign(n).id);
  auto const told = office.ask({{"do", "campaigns"},
                                {"names", std::move(campaigns)},
                                {"bundle", sha256(bytes).hex()},
                                {"currency", bundle->info().currency.text()}});
  if (!told) return;
  constexpr std::size_t kTogether = 10'000;  // as many as serve takes
  auto const count = std::size_t{bundle->item_count()};
  for (std::size_t from = 0; from < count; from += kTogether) {
    auto skus = nlohmann::json::array();
    for (auto n = from; n < std::min(from + kTogether, count); ++n)
      skus.push_back(bundle->item(ItemIx{static_cast<std::uint32_t>(n)}).sku);
    if (!office.ask({{"do", "items"}, {"skus", std::move(skus)}})) return;
  }
}

/// The bundle is out: what its budgets allow is shared out by serve. Without serve its campaigns have their free
/// shares.
void pass_on_budgets(Options const& options, std::span<std::byte const> bytes) {
  auto const bundle = Bundle::from_bytes(bytes);
  if (!bundle || bundle->budget_count() == 0) return;
  auto const later = "; enter them with tillcue-hq budget set --bundle " + options.bundle;
  if (options.database.empty()) {
    std::cerr << "note: the bundle has " << counted(bundle->budget_count(), "budget") << later << " --db HQ\n";
    return;
  }
  auto db = open_hq_reader(options.database);
  auto const fleet = db ? read_fleet(*db) : Result<Fleet>{tl::unexpected{db.error()}};
  auto const entered =
      fleet ? enter_budgets({options.database, ""}, *bundle, fleet->terminals.size(), options.publish.scope)
            : Result<std::size_t>{tl::unexpected{fleet.error()}};
  if (entered) {
    std::cerr << "note: " << counted(*entered, "budget") << (*entered == 1 ? " is" : " are")
              << " shared out among the terminals (tillcue-hq budget list)\n";
  } else {
    std::cerr << "note: the bundle's budgets were not entered: " << entered.error().what << later << '\n';
  }
}

}  // namespace

Result<Published> publish(PublishCommand& options,
                          std::function<Result<std::uint64_t>(Manifest const&)> const& hand_over) {
  auto const bytes = read_bundle(options.bundle);
  if (!bytes) return tl::unexpected{bytes.error()};
  if (looks_like_card_number(options.publish.note)) {
    return fail(Code::rejected, "--note: looks like a payment card number; terminals and logs would show it");
  }
  auto const key = SigningKey::load(options.key);
  if (!key) return tl::unexpected{key.error().within("--key")};
  auto trusted = trusted_keys(options, *key);
  if (!trusted) return tl::unexpected{trusted.error().within("--trust")};
  if (auto good = check_bond(options, *key, *trusted); !good) return tl::unexpected{good.error()};
  auto const known = known_release(options);
  if (!known) return tl::unexpected{known.error().within("--db")};
  auto const number = random_id();
  if (!number) return tl::unexpected{number.error()};

  auto mqtt = options.broker.mqtt("hq-publish-" + std::to_string(*number), "hq-publish");
  if (!mqtt) return tl::unexpected{mqtt.error()};
  auto const limits = mqtt->limits;
  mqtt->clean_start = true;
  mqtt->session_expiry = std::chrono::seconds{0};
  auto const link = make_paho_link(std::move(*mqtt));
  if (!link) return tl::unexpected{link.error().within("--broker")};
  if (auto const passed = pass_gate(options, as_bytes(*bytes)); !passed) return tl::unexpected{passed.error()};
  if (auto const good = check_budgets(options, as_bytes(*bytes)); !good) return tl::unexpected{good.error()};
  if (auto const noted = note_scope(options); !noted) return tl::unexpected{noted.error()};

  std::optional<BundleShelf> shelf;
  if (!options.shelf.empty()) {
    auto opened = BundleShelf::open(options.shelf);
    if (!opened) return tl::unexpected{opened.error().within("--bundles")};
    shelf = std::move(*opened);
  }
  auto bases = bases_of(options, shelf ? &*shelf : nullptr);
  if (!bases) return tl::unexpected{bases.error()};
  options.publish.bases = std::move(*bases);
  options.publish.limits = limits;
  options.publish.parcels = !options.plain;
  options.publish.known_release = *known;
  options.publish.created = unix_seconds(clock_now());
  options.publish.expires = options.publish.created + std::int64_t{options.expires_days} * 86'400;
  options.publish.wait = std::chrono::seconds{options.wait_seconds};
  PublishParts const parts{
      **link,   *key, *trusted, shelf ? &*shelf : nullptr, [](std::string const& line) { std::cerr << line << '\n'; },
      hand_over};
  auto done = publish_bundle(parts, as_bytes(*bytes), options.publish);
  if (!done) return tl::unexpected{done.error().within(options.bundle)};
  pass_on_names(options, as_bytes(*bytes));
  pass_on_budgets(options, as_bytes(*bytes));
  return done;
}

namespace {

Exit run(Options& options) {
  auto const done = publish(options, {});
  if (!done) return report_error(done.error());
  show(*done);
  return judge_wait(options, *done);
}

}  // namespace

void PublishCommand::add_to(CLI::App& app) {
  auto* const command = &app;
  auto* const options = this;
  command->add_option("--bundle", options->bundle, "Bundle file from `tillcue-models build`")->required();
  command->add_option("--key", options->key, "Private signing key (PEM)")->required();
  command->add_option("--chain", options->publish.chain, "Name of the chain in the topics")->required();
  options->broker.add_to(*command);
  command->add_option("--db", options->database, "HQ's database: the next release is also newer than those it knows");
  command->add_option("--bundles", options->shelf, "Folder for a copy, from which `serve` answers missing chunks");
  command->add_option("--expires", options->expires_days, "Days until terminals refuse to switch to it")
      ->check(whole_in_range(1, 3'650))
      ->capture_default_str();
  command->add_option("--minimum-version", options->publish.minimum_version, "Oldest terminal program that may run it");
  command->add_option("--note", options->publish.note, "Free text, shown with the release");
  command->add_flag("--force", options->force, "Publish even what tillcue-models refused as worse");
  command->add_option("--trust", options->trusted,
                      "Further public keys (PEM) whose manifests are believed, besides those --db knows");
  command
      ->add_option("--deltas", options->deltas, "Against how many of the bundles that run (needs --db and --bundles)")
      ->check(whole_in_range(0, 8))
      ->capture_default_str();
  command->add_flag("--plain", options->plain, "The bundle's own bytes only, no parcels");
}

void add_publish_command(CLI::App& app, Command& chosen) {
  auto const options = std::make_shared<Options>();
  auto* const command = app.add_subcommand("publish", "Signs a bundle and puts it on the broker for the terminals");
  options->add_to(*command);
  command->add_option("--scope", options->publish.scope, "all, group:NAME, store:NAME or terminal:NAME")
      ->capture_default_str();
  command->add_option("--release", options->publish.release, "Release number; default: the next")
      ->check(whole_in_range(1, (std::int64_t{1} << 53U) - 1));
  command->add_option("--wait", options->wait_seconds, "Seconds to wait for terminals to run it")
      ->check(whole_in_range(0, 86'400));
  command->footer(
      "Example:\n  tillcue-hq publish --bundle store.bundle --key keys/hq.key.pem \\\n"
      "             --broker mqtt://127.0.0.1:1883 --chain demo --wait 30\n"
      "Roll back by publishing the old bundle again: it gets a new release number.");
  command->callback([options, &chosen] { chosen = [options] { return run(*options); }; });
}

}  // namespace tillcue::sync
