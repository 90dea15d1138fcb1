// All that a test needs where no framework is wanted.
#pragma once

#include <string>

/// Counts and tells what does not hold.
void expect(bool holds, const std::string& what);
/// Of annex/testing/difference.h: nothing may differ.
void expect_none(const std::string& differences, const std::string& what);
