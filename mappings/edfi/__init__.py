"""Ed-Fi Data Standards 5.2 and 6.1: tables, the roster's views, and the bridge between both.

The tables of 6.1 are those of 5.2, revised. What makes an item of Ed-Fi the same item tomorrow:

- a goal (`goals`, `ilp/planGoals`) has the entry's id as its key, so that other words make no other
  goal; `assignmentDate` is the day on which it was set, and a goal without one is a named loss;
- an indicator is called `ILP Career Cluster` and the entry's id;
- a planned course has a number made of the entry's id as its `sequence`: courses that move or are
  renamed keep it (`ilp/plannedCourses` has no text for a key);
- a result has the entry's id as `studentAssessmentIdentifier`, its instrument's name as
  `assessmentIdentifier`, and its kind in the namespace;
- answers of a student belong to a survey of that student, so that the key of an answer, which has
  no student, says whose it is;
- a recognition, an event and a milestone have no id: one of a kind and year, of a category and day,
  of a type. What collides is a named loss;
- an adviser's list is called `ILP-` and the `staffUniqueId`;
- people are known by the district's number, else the state's, else the roster's id.

Interest is never written as enrollment, planned courses are never graduation plans, and IEP and 504
content is neither written nor read but as the flag of an enrollment.
"""
