#include <algorithm>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <memory>

#include <CLI/CLI.hpp>

#include "commands.hpp"
#include "tillcue/core/whole_file.hpp"
#include "tillcue/pos/layout_learner.hpp"
#include "tillcue/pos/printed_text.hpp"

namespace tillcue::pos::sim {
namespace {

struct LayoutArguments {
  std::vector<std::string> files;
  std::string profile = "epson-tm-t88", out, layout;
  unsigned digits = 2;
  int code_page = -1;
  double sure = kSureEnough;
};

int complain(Error const& error, int code) {
  std::cerr << "tillcue-pos: " << error.what << '\n';
  return code;
}

/// A file may hold many slips: each ends with a cut.
struct Slips {
  std::vector<SlipLines> lines;
  std::vector<std::string> names;
};

void add(Slips& slips, std::string const& name, std::string const& bytes, PrinterProfile const& profile) {
  auto const job = std::as_bytes(std::span(bytes));
  auto const printed = read_printed(job, profile, Letters::plain,
                                    profile.language == Dialect::escpos ? dialect_of(job) : profile.language);
  SlipLines slip;
  std::size_t number = 0;
  auto const end = [&] {
    bool const empty = std::all_of(slip.begin(), slip.end(), [](auto const& line) { return line.empty(); });
    if (!empty) {
      slips.lines.push_back(std::exchange(slip, {}));
      slips.names.push_back(name + (++number > 1 ? " #" + std::to_string(number) : ""));
    }
    slip.clear();
  };
  for (auto const& line : printed.lines) {
    if (line == "--- cut ---") {
      end();
    } else {
      slip.push_back(line);
    }
  }
  end();
}

std::string amount(std::int64_t minor, unsigned digits) {
  std::int64_t scale = 1;
  for (unsigned n = 0; n < digits; ++n) scale *= 10;
  auto const size = std::abs(minor);
  auto text = std::to_string(size / scale);
  if (digits > 0) {
    auto const rest = std::to_string(size % scale);
    text += '.' + std::string(digits - rest.size(), '0') + rest;
  }
  return (minor < 0 ? "-" : "") + text;
}

void tell(std::string const& name, Receipt const& receipt, unsigned digits) {
  std::cout << name << ": " << pos::name(receipt.kind);
  if (receipt.total_minor) {
    std::cout << ", total " << amount(*receipt.total_minor, digits)
              << (receipt.balanced ? ", adds up" : ", DOES NOT ADD UP");
  }
  std::cout << '\n';
  for (auto const& item : receipt.items) {
    std::cout << "  " << item.name << "  " << static_cast<double>(item.quantity.milli) / 1000 << " x "
              << amount(item.unit_minor, digits) << " = " << amount(item.total_minor, digits);
    if (item.discount_minor != 0) std::cout << " - " << amount(item.discount_minor, digits);
    std::cout << '\n';
  }
}

Result<ReceiptLayout> load_layout(LayoutArguments const& given) {
  if (given.layout.empty()) return ReceiptLayout{};
  auto const text = read_file(given.layout, kMostBytes);
  if (!text) return tl::unexpected(text.error());
  auto layout = parse_layout(*text, given.layout);
  if (layout) layout->digits = static_cast<std::uint8_t>(given.digits);
  return layout;
}

int read_with(LayoutArguments const& given, ReceiptLayout const& layout, Slips const& slips) {
  std::size_t sales = 0, add_up = 0;
  for (std::size_t n = 0; n < slips.lines.size(); ++n) {
    auto const receipt = read_receipt(slips.lines[n], layout);
    tell(slips.names[n], receipt, given.digits);
    sales += receipt.kind == SlipKind::sale ? 1 : 0;
    add_up += receipt.kind == SlipKind::sale && receipt.balanced ? 1 : 0;
  }
  std::cout << slips.lines.size() << " slips, " << sales << " sales, " << add_up << " of them add up\n";
  return add_up == sales ? 0 : kExitRefused;
}

int learn(LayoutArguments const& given, Slips const& slips) {
  auto const learned = learn_layout(slips.lines, given.digits);
  for (std::size_t n = 0; n < learned.read.size(); ++n) tell(slips.names[n], learned.read[n], given.digits);
  std::printf(
      "%zu slips, %zu of them may be sales; %zu add up without a profile, %zu with this one\n"
      "of receipts it was not learned from: %zu of %zu add up; so at least %.0f %% will (95 %% sure)\n",
      slips.lines.size(), learned.looked_at, learned.generic, learned.add_up, learned.held, learned.checked,
      learned.sureness * 100);
  std::fflush(stdout);
  auto const json = layout_json(learned.layout);
  bool const sure = is_sure(learned, given.sure);
  if (!sure) {
    std::cerr << "tillcue-pos: not sure enough (" << given.sure << " is asked, from " << kFewestToLearn
              << " receipts on): nothing written; capture more receipts, or declare what differs (PROXY.md, "
                 "\"Layouts\"), beginning with:\n"
              << json;
    return kExitRefused;
  }
  if (learned.layout.name == "generic") {
    std::cout << "no profile is needed: leave proxy.layout out\n";
    return 0;
  }
  if (given.out.empty()) {
    std::cout << json;
    return 0;
  }
  std::ofstream file(given.out, std::ios::binary);
  if (!(file << json << std::flush)) return complain({Code::io, given.out + ": cannot be written"}, kExitInput);
  std::cout << given.out << ": written; name it in proxy.layout\n";
  return 0;
}

int run(LayoutArguments const& given) {
  auto profile = find_profile(given.profile);
  if (!profile) return complain(profile.error().within("--profile"), kExitUsage);
  if (given.code_page >= 0) profile->resting_code_page = static_cast<std::uint8_t>(given.code_page);
  auto const layout = load_layout(given);
  if (!layout) return complain(layout.error(), kExitInput);
  if (layout->code_table) profile = profile->resting_in(*layout->code_table);
  Slips slips;
  for (auto const& name : given.files) {
    auto const bytes = read_file(name, kMostBytes);
    if (!bytes) return complain(bytes.error(), kExitInput);
    add(slips, name, *bytes, *profile);
  }
  return given.layout.empty() ? learn(given, slips) : read_with(given, *layout, slips);
}

}  // namespace

void add_layout(CLI::App& app, Command& chosen) {
  auto* command = app.add_subcommand(
      "layout", "learn how a POS lays out its receipts, from captured ones, or show what a profile makes of them");
  auto given = std::make_shared<LayoutArguments>();
  command->add_option("files", given->files, "what the POS printed (.bin), one receipt or many a file; of one POS")
      ->required();
  command->add_option("--profile", given->profile, "the printer: its columns and code tables")->capture_default_str();
  command->add_option("--code-page", given->code_page, "ESC t number in force where the capture begins")
      ->check(CLI::Range(0, 255));
  command->add_option("--digits", given->digits, "decimals of the currency")
      ->check(CLI::Range(0, 3))
      ->capture_default_str();
  command->add_option("--sure", given->sure, "write only when at least this share of unseen receipts adds up")
      ->check(CLI::Range(0.0, 1.0))
      ->capture_default_str();
  command->add_option("--out", given->out, "the profile to write; standard output when left out");
  command->add_option("--layout", given->layout, "learn nothing: read the receipts by this profile");
  command->callback([given, &chosen] { chosen = [given] { return run(*given); }; });
}

}  // namespace tillcue::pos::sim
