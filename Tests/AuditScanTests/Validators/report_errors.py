"""Prints what the SARIF 2.1.0 schema says against a report, then the numbers that a reader of JUnit sees in another."""
import json
import sys

from junitparser import JUnitXml
from sarif_kit.validate import validation_errors

with open(sys.argv[1], encoding="utf-8") as file:
    for error in validation_errors(json.load(file)):
        print(error)
suites = JUnitXml.fromfile(sys.argv[2])
cases = [case for suite in suites for case in suite]
results = [type(result).__name__ for case in cases for result in case.result]
print("tests", len(cases), "failures", results.count("Failure"), "errors", results.count("Error"))
assert (suites.tests, suites.failures, suites.errors) == (
    len(cases), results.count("Failure"), results.count("Error"))
