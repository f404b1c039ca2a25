"""The same trees as ours of the small plans, written by hand: dictionaries and json.dumps.

It knows these plans and nothing else: it tells no loss, checks no code and guards nobody.
"""

import json
import sys
import time
from pathlib import Path
from typing import Any

from adapters.ceds.jsonld.write import END, GRAPH, head
from benchmarks.plans import Plan, plans


def tree(plan: Plan) -> dict[str, Any]:
    """A plan as a person."""
    profile = plan["profile"]
    number = profile["identity"]["identifiers"][0]["value"]
    iri = f"urn:planbridge:person:{number}"
    named = profile["name_and_grade"]
    return {
        "@type": "Person",
        "@id": iri,
        "hasPersonIdentification": [
            {
                "hasPersonIdentificationSystem": "PersonIdentificationSystem_District",
                "ilp:identifierSystem": profile["identity"]["identifiers"][0]["system"],
                "PersonIdentifier": number,
                "@type": "PersonIdentification",
            }
        ],
        "ilp:currentGradeLevel": f"GradeLevel_{named['grade_level']['code']}",
        "ilp:expectedGraduationYear": named["graduation_year"],
        "hasPersonName": [
            {
                "@type": "PersonName",
                "@id": f"{iri}#{named['id']}",
                "FirstName": named["legal_given_name"],
                "LastOrSurname": named["legal_family_name"],
            }
        ],
        "hasMembership": [
            {"@type": "ProgramParticipation", "hasIndividualizedProgram": [_program(plan, iri)]}
        ],
    }


def _program(plan: Plan, iri: str) -> dict[str, Any]:
    header = plan["profile"]["header"]
    kind = header["plan_type"]
    goals = [
        {"@type": "IndividualizedProgramGoal", "hasGoal": [_goal(goal, iri)]}
        for goal in plan["goals"]["career_goals"]
    ]
    return {
        "@type": "IndividualizedProgram",
        "@id": f"{iri}#{header['id']}",
        "hasIndividualizedProgramType": f"IndividualizedProgramType_{kind['code']}",
        "ilp:planType": [
            {"@type": "ilp:Code", "ilp:code": kind["code"], "ilp:codeSet": kind["set"]}
        ],
        "ilp:schoolYear": header["school_year"],
        "ilp:planStatus": header["status"],
        "ilp:planVersion": header["plan_version"],
        "hasIndividualizedProgramGoal": goals,
    }


def _goal(goal: Plan, iri: str) -> dict[str, Any]:
    cluster = goal["cluster"]
    code = {
        "@type": "ilp:Code",
        "ilp:codeSet": cluster["set"],
        "ilp:code": cluster["code"],
        "ilp:codeVersion": cluster["version"],
    }
    return {
        "@type": "Goal",
        "ilp:goalCategory": "career",
        "@id": f"{iri}#{goal['id']}",
        "GoalDescription": goal["text"],
        "ilp:goalStatus": goal["status"],
        "GoalStartDate": goal["set_on"],
        "ilp:cluster": [code],
        "ilp:hasPlanCareerCluster": f"CareerCluster_{cluster['code']}",
    }


def write(count: int, goals: int, out: Path) -> None:
    """All trees, one a line, in the layout of ours."""
    with out.open("w", encoding="utf-8") as stream:
        stream.write((head(strict=False) + GRAPH).decode())
        before = ""
        for plan in plans(count, goals):
            stream.write(before + json.dumps(tree(plan), ensure_ascii=False, separators=(",", ":")))
            before = ",\n"
        stream.write(END.decode())


def main() -> None:
    """Write with a clock."""
    wall, cpu = time.perf_counter(), time.process_time()
    write(int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3]))
    print(time.perf_counter() - wall, time.process_time() - cpu)


if __name__ == "__main__":
    main()
