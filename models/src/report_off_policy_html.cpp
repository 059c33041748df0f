#include "html_parts.hpp"
#include "report_off_policy.hpp"
#include "report_page.hpp"
#include "tillcue/models/wording.hpp"

namespace tillcue::models {
namespace {

std::string earned_tables(OffPolicy const& result) {
  HtmlTable table("With 95 % intervals; the candidate by the doubly robust estimate",
                  {"", "the log", "candidate", "lead", ""});
  HtmlTable others("The candidate by the other two estimates", {"", "self-normalised", "IPS"});
  for (auto const& line : earned_lines(result)) {
    std::string const verdict(result.answer == LogAnswer::yes ? line.verdict() : "");
    table.row(line.name, {{line.range(line.earned.log)},
                          {line.range(line.earned.doubly_robust)},
                          {line.lead()},
                          {verdict, verdict == "more"   ? "better"
                                    : verdict == "less" ? "worse"
                                                        : ""}});
    others.row(line.name, {{line.range(line.earned.self_normalised)}, {line.range(line.earned.ips)}});
  }
  return table.take() + others.take();
}

}  // namespace

std::string off_policy_section(OffPolicy const& result) {
  auto const left = off_policy_left_out(result);
  return filled(
      page_part("off_policy"),
      {{"verdict", sentence(off_policy_verdict(result))},
       {"earned", earned_tables(result)},
       {"basis", sentence(off_policy_basis(result))},
       {"left", left.empty() ? "" : escaped(" Of " + counted(result.rows, "row") + " passed over: " + left + ".")}});
}

std::string off_policy_html(OffPolicy const& result, std::string_view title) {
  return page({title, "What would the candidate have earned?",
               counted(result.situations, "offer") + " of " + counted(result.sales, "sale") + " decided again",
               "Accepted is not added: what a suggestion adds is measured in the shops, against sales that get none.",
               off_policy_section(result), "{\"off_policy\":" + off_policy_json(result) + "}"});
}

}  // namespace tillcue::models
