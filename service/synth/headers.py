"""The files of a OneRoster CSV 1.2.1 package and their columns, in header order (binding §9.4)."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

_COLUMNS = {
    "academicSessions": "title type startDate endDate parentSourcedId schoolYear",
    "categories": "title weight",
    "classes": "title grades courseSourcedId classCode classType location schoolSourcedId"
    " termSourcedIds subjects subjectCodes periods",
    "classResources": "title classSourcedId resourceSourcedId",
    "courses": "schoolYearSourcedId title courseCode grades orgSourcedId subjects subjectCodes",
    "courseResources": "title courseSourcedId resourceSourcedId",
    "demographics": "birthDate sex americanIndianOrAlaskaNative asian blackOrAfricanAmerican"
    " nativeHawaiianOrOtherPacificIslander white demographicRaceTwoOrMoreRaces"
    " hispanicOrLatinoEthnicity countryOfBirthCode stateOfBirthAbbreviation cityOfBirth"
    " publicSchoolResidenceStatus",
    "enrollments": "classSourcedId schoolSourcedId userSourcedId role primary beginDate endDate",
    "lineItemLearningObjectiveIds": "lineItemSourcedId source learningObjectiveId",
    "lineItems": "title description assignDate dueDate classSourcedId categorySourcedId"
    " academicSessionSourcedId resultValueMin resultValueMax schoolSourcedId",
    "lineItemScoreScales": "title lineItemSourcedId scoreScaleSourcedId",
    "orgs": "name type identifier parentSourcedId",
    "resources": "vendorResourceId title roles importance vendorId applicationId",
    "resultLearningObjectiveIds": "resultSourcedId source learningObjectiveId score textScore",
    "results": "lineItemSourcedId studentSourcedId scoreStatus score scoreDate comment textScore"
    " classSourcedId inProgress incomplete late missing",
    "resultScoreScales": "title resultSourcedId scoreScaleSourcedId",
    "roles": "userSourcedId roleType role beginDate endDate orgSourcedId userProfileSourcedId",
    "scoreScales": "title type orgSourcedId courseSourcedId classSourcedId scoreScaleValue",
    "userProfiles": "userSourcedId profileType vendorId applicationId description credentialType"
    " username password",
    "userResources": "userSourcedId orgSourcedId classSourcedId resourceSourcedId",
    "users": "enabledUser username userIds givenName familyName middleName identifier email sms"
    " phone agentSourcedIds grades password userMasterIdentifier preferredGivenName"
    " preferredMiddleName preferredFamilyName primaryOrgSourcedId pronouns",
}

_BASE = ("sourcedId", "status", "dateLastModified")

HEADERS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {name: (*_BASE, *columns.split()) for name, columns in _COLUMNS.items()}
)
"""Columns by collection, in the order in which the manifest lists the collections."""
