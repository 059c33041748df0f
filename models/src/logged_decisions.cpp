#include "tillcue/models/logged_decisions.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "tillcue/models/field.hpp"
#include "tillcue/models/table.hpp"

namespace tillcue::models {
namespace {

enum Wanted : std::size_t { kTerminal, kSale, kStage, kArm, kItem, kPropensity, kResponse, kBought, kReplay };
constexpr Column kColumns[] = {{"terminal"},       {"sale", true},   {"stage", true},
                               {"arm", true},      {"item", true},   {"propensity_ppm", true},
                               {"response", true}, {"bought", true}, {"replay", true}};

std::string quoted(std::string_view text) { return '\'' + std::string(text.substr(0, 40)) + '\''; }

/// Where `text` stands among the words; behind the last when it is none.
template <std::size_t count>
std::size_t word(std::string_view text, std::string_view const (&words)[count]) {
  return static_cast<std::size_t>(std::find(std::begin(words), std::end(words), text) - std::begin(words));
}

template <std::size_t count>
std::string none_of(std::string_view field, std::string_view text, std::string_view const (&words)[count]) {
  auto out = std::string(field) + ": " + quoted(text) + " is none of ";
  for (std::size_t n = 0; n < count; ++n)
    out += (n > 0 ? ", " : "") + (words[n].empty() ? "nothing" : std::string(words[n]));
  return out + "; export the decisions again";
}

constexpr std::string_view kStages[] = {"scan", "subtotal", "tender"};
constexpr std::string_view kArms[] = {"treated", "holdout"};
constexpr std::string_view kResponses[] = {"", "none", "accepted", "declined", "ignored"};
constexpr std::string_view kFlags[] = {"", "0", "1"};

/// Nothing, or what is wrong with the row.
std::string understand(Table const& table, LoggedDecision& row) {
  row.line = table.line();
  row.terminal = table.field(kTerminal);
  row.sale = table.field(kSale);
  row.item = table.field(kItem);
  row.replay = table.field(kReplay);
  if (row.sale.empty()) return "sale: is empty; every decision belongs to one";
  auto const stage = word(table.field(kStage), kStages);
  if (stage == std::size(kStages)) return none_of("stage", table.field(kStage), kStages);
  auto const arm = word(table.field(kArm), kArms);
  if (arm == std::size(kArms)) return none_of("arm", table.field(kArm), kArms);
  auto const response = word(table.field(kResponse), kResponses);
  if (response == std::size(kResponses)) return none_of("response", table.field(kResponse), kResponses);
  auto const bought = word(table.field(kBought), kFlags);
  if (bought == std::size(kFlags)) return none_of("bought", table.field(kBought), kFlags);
  auto const propensity = parse_integer(table.field(kPropensity));
  if (!propensity || *propensity < 1 || *propensity > 1'000'000) {
    return "propensity_ppm: " + quoted(table.field(kPropensity)) +
           " is no whole number from 1 to 1000000; what could not happen cannot have been logged";
  }
  row.prompt = stage < 2;
  row.held_out = arm == 1;
  row.answered = response > 1;
  row.accepted = response == 2;
  row.bought = bought == 2;
  row.propensity_ppm = static_cast<std::uint32_t>(*propensity);
  return {};
}

}  // namespace

Result<void> read_decisions(std::unique_ptr<ByteSource> source, std::string name, BadRows& bad,
                            std::function<std::string(LoggedDecision const&)> const& visit) {
  auto table = Table::open(std::move(source), std::move(name), kColumns);
  if (!table) return tl::unexpected(table.error());
  for (;;) {
    auto const more = table->next(bad);
    if (!more) return tl::unexpected(more.error());
    if (!*more) return {};
    LoggedDecision row;
    auto complaint = understand(*table, row);
    if (complaint.empty()) complaint = visit(row);
    if (!complaint.empty()) bad.add(table->name(), table->line(), complaint);
  }
}

}  // namespace tillcue::models
