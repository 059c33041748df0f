#pragma once

#include <string>
#include <vector>

#include "tillcue/models/evaluation.hpp"

namespace tillcue::models {

/// What the text and the page both say of an evaluation.

/// The model, then the others.
std::vector<MethodReport const*> methods_of(Evaluation const& evaluation);
/// "association rules (largest confidence)" and the like.
std::string full_name(std::string_view method);
/// "better", "worse" or "tie": the model in HR@5.
std::string verdict(Difference const& lead);
/// Whether it is the running bundle and may have learned from test baskets.
bool saw_the_test(Evaluation const& evaluation, MethodReport const& method);
/// "+0.0197 (+0.0151 to +0.0243)"
std::string interval(Difference const& difference);
std::string where_from(Evaluation const& evaluation);
/// A figure of suggestions: "-" where there was none to judge by.
std::string calibration_figure(CalibrationQuality const& quality, double CalibrationQuality::*figure);
/// "places 6-10" and so on, of Evaluation::further.
std::string further_name(std::size_t n);
std::string size_line(Evaluation const& evaluation);
/// Whether the running bundle may have learned from what it was asked; empty without one.
std::string running_line(Evaluation const& evaluation);
/// Neighbouring stretches put together, so that at most `parts` are left: what a table shows of them as means by
/// questions.
std::vector<Ageing::Stretch> coarser(std::vector<Ageing::Stretch> const& stretches, std::size_t parts);
/// What the ageing was asked with.
std::string ageing_line(Ageing const& ageing);
/// Neighbouring bins put together, so that `parts` are left.
std::vector<CalibrationQuality::Bin> coarser(std::vector<CalibrationQuality::Bin> const& bins, std::size_t parts);

}  // namespace tillcue::models
